import { html } from 'hono/html';
import type { Html } from '../../http/pages/layout.ts';
import { LANGUAGES } from '../texts/languages.ts';
import { harmless } from './harmless.ts';
import { PAGES, type PageName } from './pages.ts';
import type { View } from './view.ts';

/** What a page shows below the navigation. */
export interface Content {
  title: string;
  /** Which entry of the navigation it belongs to; undefined for none. */
  page?: PageName;
  body: Html;
  /** Where the same can be looked at, below /dashboard, of a page that answers a form. @default where it is */
  at?: string;
  /** Whether it is drawn anew when something changes. @default true */
  isLive?: boolean;
}

/** A whole page. What is in #live is replaced while it is live; everything works without the script as well. */
export function dashboardLayout(view: View, { title, page, body, isLive = true }: Content): Html {
  const { texts, root, language } = view;
  return harmless(html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<meta name="htmx-config" content='{"includeIndicatorCSS":false,"morphIgnore":["data-htmx-powered","open","data-own"]}'>
<title>${title} · ${texts.shell.product}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${root}assets/uplot.css">
<link rel="stylesheet" href="${root}assets/dashboard.css">
<script src="${root}assets/htmx.js" defer></script>
<script src="${root}assets/dashboard.js" type="module"></script>
</head>
<body data-dashboard="${view.home}" data-now="${view.now.getTime()}" data-live="${isLive ? 'on' : 'never'}">
<a class="skip" href="#content">${texts.shell.skip}</a>
${header(view, page)}
<main id="content" tabindex="-1">
<div id="live" hx-get="" hx-trigger="howdah-changed" hx-select="#live" hx-swap="outerMorph">
${body}
</div>
</main>
${keysDialog(view)}
</body>
</html>`);
}

function header(view: View, page: PageName | undefined): Html {
  const { texts, isKnown } = view;
  return html`<header class="top">
<a class="brand" href="${view.home}">${texts.shell.product}</a>
${isKnown ? navigation(view, page) : ''}
<div class="tools">
${isKnown ? switches(view) : ''}
${languageForm(view)}
${isKnown ? whoForm(view) : ''}
</div>
</header>`;
}

function navigation({ texts, link, root, navigation: own }: View, page: PageName | undefined): Html {
  const entries = Object.entries(PAGES) as [PageName, (typeof PAGES)[PageName]][];
  return html`<nav class="pages" aria-label="${texts.shell.navigation}"><ul>
${entries.map(
  ([name, { path, key }]) =>
    html`<li><a href="${link(path)}" data-key="${key}" ${name === page ? html`aria-current="page"` : ''}>${texts.shell.pages[name]}</a></li>`,
)}
${own.map(({ label, path }) => html`<li><a href="${root}${path}">${label}</a></li>`)}
</ul></nav>`;
}

function switches({ texts }: View): Html {
  return html`<button type="button" class="plain js-only" id="live-switch" title="${texts.shell.live.toggle}" data-on="${texts.shell.live.on}" data-off="${texts.shell.live.off}" data-lost="${texts.shell.live.lost}">${texts.shell.live.on}</button>
<button type="button" class="plain js-only" id="zone-switch" title="${texts.shell.zone.toggle}" data-utc="${texts.shell.zone.utc}" data-own-zone="${texts.shell.zone.own}">${texts.shell.zone.utc}</button>
<button type="button" class="plain js-only for-keyboards" id="keys-open">${texts.shell.help} <kbd>?</kbd></button>`;
}

function languageForm({ texts, language, link, here }: View): Html {
  return html`<form method="post" action="${link('language')}" class="inline" aria-label="${texts.shell.language}">
<input type="hidden" name="back" value="${here}">
${Object.entries(LANGUAGES)
  .filter(([tag]) => tag !== language)
  .map(
    ([tag, { name }]) =>
      html`<button class="plain" name="language" value="${tag}" lang="${tag}">${name}</button>`,
  )}
</form>`;
}

function whoForm({ texts, actor, role, hasSession, link }: View): Html {
  const named = actor.endsWith(`(${role})`) ? actor : texts.shell.actor(actor, role);
  const said = actor === role ? texts.shell.roles[role] : named;
  const who = html`<span class="who" title="${texts.shell.roles[role]}">${said}</span>`;
  if (!hasSession) return who;
  return html`${who}<form method="post" action="${link('logout')}" class="inline"><button class="plain">${texts.shell.logOut}</button></form>`;
}

function keysDialog({ texts }: View): Html {
  const { title, close, rows } = texts.shell.keys;
  return html`<dialog id="keys" aria-labelledby="keys-title"><h2 id="keys-title">${title}</h2>
<dl class="keys">${rows.map(([key, what]) => html`<dt>${key.split(/ {2}/).map((each) => html`<kbd>${each}</kbd> `)}</dt><dd>${what}</dd>`)}</dl>
<form method="dialog"><button>${close}</button></form></dialog>`;
}
