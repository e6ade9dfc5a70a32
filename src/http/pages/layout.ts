import type { Context } from 'hono';
import { html } from 'hono/html';
import { mountPathOf } from '../mount-path.ts';

/** Markup in which every inserted value was escaped. */
export type Html = ReturnType<typeof html>;

/**
 * The way from the page of this request to the front door, such as `../`. Links made with it also lead right behind a
 * proxy that serves the service below a path of a bigger site, whatever the path, and to those who come past the proxy.
 */
export function rootFrom(c: Context): string {
  const { path, url } = c.req;
  if (path === '/') return rootFromFront(mountPathOf(c), new URL(url).pathname);
  return '../'.repeat(path.split('/').length - 2) || './';
}

/** A whole page around the content. Works without JavaScript. */
export function layout({ title, root }: Page, content: Html): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${title} · Howdah</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${root}assets/howdah.css">
</head>
<body>
<header class="top"><a href="${root}">Howdah</a></header>
<main>
${content}
</main>
</body>
</html>`;
}

/**
 * The front door of what is mounted at /howdah has that address, or /howdah/. A host that takes the path away does not say
 * which, so the way from there is absolute.
 */
function rootFromFront(mountPath: string, shownPath: string): string {
  if (mountPath === '' || shownPath === `${mountPath}/`) return './';
  return shownPath === mountPath ? `${mountPath.split('/').at(-1)}/` : `${mountPath}/`;
}

export interface Page {
  title: string;
  /** `rootFrom` the request. */
  root: string;
}
