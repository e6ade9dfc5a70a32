import type { Context, Handler } from 'hono';
import { html } from 'hono/html';
import { HowdahError } from '../../errors.ts';
import { answerError } from '../../http/answers/answer-error.ts';
import { setErrorHeaders } from '../../http/answers/problem.ts';
import { toHowdahError } from '../../http/answers/to-howdah-error.ts';
import type { AppEnv } from '../../http/app-dependencies.ts';
import type { Html } from '../../http/pages/layout.ts';
import { loggedError } from '../../observability/logged-error.ts';
import type { DashboardDependencies } from '../dependencies.ts';
import { explainTrouble, type Trouble } from './explain-trouble.ts';
import { isRedraw } from './is-redraw.ts';
import { type Content, dashboardLayout } from './layout.ts';
import { doneNotice } from './notice.ts';
import { pageAddress } from './page-address.ts';
import { PAGE_HEADERS } from './page-headers.ts';
import { type View, viewOf } from './view.ts';

/** Reads what a page shows, and draws it. */
export type Draw = (c: Context<AppEnv>, view: View) => Promise<Content> | Content;

/**
 * A page for those who may look. Others are led to the login, or told about that of the host. What goes wrong is told on the
 * page, in words, with the status that an API would give.
 */
export function showPage(deps: DashboardDependencies, draw: Draw): Handler<AppEnv> {
  return async (c) => {
    const view = viewOf(c, deps);
    if (c.var.caller === undefined) return sendToLogin(c, view, deps);
    try {
      const content = await draw(c, view);
      const body = html`${doneNotice(c, view)}${content.body}`;
      return c.html(dashboardLayout(view, { ...content, body }), 200, PAGE_HEADERS);
    } catch (error) {
      return showError(c, view, { error, deps });
    }
  };
}

/** The error as a page. Commands that came to nothing are shown so too. */
export async function showError(
  c: Context<AppEnv>,
  view: View,
  { error, deps }: { error: unknown; deps: DashboardDependencies },
): Promise<Response> {
  const trouble = await explainTrouble(error, view.texts, deps.db).catch(() => explainBriefly(error));
  const { known, title } = trouble;
  if (known.status >= 500) logFailure(c, { known, error, deps });
  setErrorHeaders(known, c);
  const content = {
    title,
    body: errorBody(c, view, { ...trouble, deps }),
    isLive: known.status === 503 && c.req.method === 'GET',
  };
  return c.html(dashboardLayout(view, content), known.status, PAGE_HEADERS);
}

/** Where the database cannot even tell what would explain it. */
function explainBriefly(error: unknown): Trouble {
  const known = toHowdahError(error);
  return { known, title: known.title, words: [] };
}

function sendToLogin(
  c: Context<AppEnv>,
  view: View,
  deps: DashboardDependencies,
): Response | Promise<Response> {
  const { log } = deps;
  if (isRedraw(c)) {
    c.header('HX-Refresh', 'true'); // then the whole page asks, and is led there
    return answerError(new HowdahError('unauthorized'), c, log);
  }
  if (!hasLogin(deps)) {
    const detail = view.texts.shell.login.byHost;
    return answerError(new HowdahError('unauthorized', { detail }), c, log);
  }
  return c.redirect(loginAddress(view));
}

/** Whether there is a login here; else it is the host's. */
function hasLogin({ adminToken, viewerToken }: DashboardDependencies): boolean {
  return Boolean(adminToken || viewerToken);
}

/** From where it goes on to the view's page. */
function loginAddress({ link, here }: View): string {
  return `${link('login')}?to=${encodeURIComponent(pageAddress(here))}`;
}

function errorBody(
  c: Context<AppEnv>,
  view: View,
  { known, title, words, deps }: Trouble & { deps: DashboardDependencies },
): Html {
  const { error } = view.texts.shell;
  const isUntold =
    known.fields.length > 1 ||
    known.fields.some(({ message }) => !words.some((sentence) => sentence.includes(message)));
  const [address, text] =
    known.status === 401 && hasLogin(deps)
      ? [loginAddress(view), view.texts.shell.login.title]
      : wayOn(c, view, known);
  return html`<section class="trouble" role="alert">
<h1>${title}</h1>
${words.map((sentence) => html`<p>${sentence}</p>`)}
${isUntold ? html`<ul>${known.fields.map(({ field, message }) => html`<li><code>${field}</code>: ${message}</li>`)}</ul>` : ''}
<p><a class="button" href="${address}">${text}</a></p>
<p class="quiet">${error.request(c.var.requestId)}</p>
</section>`;
}

/** What is wrong with the request itself would be so if it were asked again. */
function wayOn(c: Context<AppEnv>, { texts, link, here }: View, { status }: HowdahError): [string, string] {
  const { back, home, retry } = texts.shell.error;
  if (c.req.method !== 'GET') return [link(here), back];
  return status < 500 ? [link(''), home] : [link(here), retry];
}

/** Where a command came from, by the browser's own word; it is only ever a link below /dashboard. */
export function readBack(c: Context<AppEnv>): string {
  const referrer = c.req.header('Referer') ?? '';
  const [, path = ''] = /\/dashboard\/?([^#]*)$/.exec(referrer) ?? [];
  return pageAddress(path);
}

function logFailure(
  c: Context<AppEnv>,
  { known, error, deps }: { known: HowdahError; error: unknown; deps: DashboardDependencies },
): void {
  const fields = {
    request_id: c.var.requestId,
    problem: known.code,
    error: loggedError(known.cause ?? error),
  };
  if (known.code === 'internal') deps.log.error(fields, 'page failed');
  else deps.log.warn(fields, 'page could not be served');
}
