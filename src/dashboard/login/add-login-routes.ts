import { createHash, timingSafeEqual } from 'node:crypto';
import type { Context } from 'hono';
import { html } from 'hono/html';
import type { AppEnv } from '../../http/app-dependencies.ts';
import type { CallerRole } from '../../http/callers/authorize.ts';
import { refuseCrossSite } from '../../http/callers/refuse-cross-site.ts';
import { limitRate } from '../../http/middleware/limit-rate.ts';
import type { Html } from '../../http/pages/layout.ts';
import type { DashboardApp, DashboardDependencies } from '../dependencies.ts';
import { writeCookie } from '../session/cookies.ts';
import { SESSION_SECONDS, sealSession, sessionName, type Tokens } from '../session/session.ts';
import { dashboardLayout } from '../shell/layout.ts';
import { pageAddress } from '../shell/page-address.ts';
import { PAGE_HEADERS } from '../shell/page-headers.ts';
import { readForm } from '../shell/take-command.ts';
import { type View, viewOf } from '../shell/view.ts';

const MAX_NAME_LENGTH = 100;

/** Guesses at a token from one address; a token is long, so this only keeps the log readable. */
const TRIES = { limit: 20, windowMs: 60_000 };

/** Coming in with a token, and leaving. */
export function addLoginRoutes(app: DashboardApp, deps: DashboardDependencies): void {
  app.get('/dashboard/login', (c) => {
    const view = viewOf(c, deps);
    const to = safeAddress(c.req.query('to'));
    if (c.var.caller !== undefined) return c.redirect(view.link(to));
    return c.html(loginPage(view, { to }), 200, PAGE_HEADERS);
  });
  app.post('/dashboard/login', limitRate(TRIES), async (c) => {
    refuseCrossSite(c, deps.publicUrl());
    const form = await readForm(c);
    const to = safeAddress(form.optional('to'));
    const role = roleOf(form.optional('token') ?? '', deps);
    const view = viewOf(c, deps);
    if (!role) return c.html(loginPage(view, { to, isWrong: true }), 401, PAGE_HEADERS);
    setSession(c, { role, actor: nameOf(form.optional('name'), role) }, deps);
    return c.redirect(view.link(to), 303);
  });
  app.post('/dashboard/logout', (c) => {
    refuseCrossSite(c, deps.publicUrl());
    writeCookie(c, { name: sessionName(deps), value: '', maxAge: 0 }, deps.publicUrl());
    return c.redirect(viewOf(c, deps).link('login'), 303);
  });
}

function setSession(
  c: Context<AppEnv>,
  caller: Parameters<typeof sealSession>[0],
  deps: DashboardDependencies,
): void {
  const value = sealSession(caller, deps, Date.now());
  writeCookie(c, { name: sessionName(deps), value, maxAge: SESSION_SECONDS }, deps.publicUrl());
}

/** Compares with both tokens, whichever matches: time tells nothing about which it was. */
function roleOf(token: string, { adminToken, viewerToken }: Tokens): CallerRole | undefined {
  const received = digest(token.trim());
  const [isAdmin, isViewer] = [adminToken, viewerToken].map(
    (each) => each !== undefined && each !== '' && timingSafeEqual(digest(each), received),
  );
  if (isAdmin) return 'admin';
  return isViewer ? 'viewer' : undefined;
}

function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/**
 * What the audit log names; the role stays visible, since the name is only somebody's word. Without what nobody sees, or what
 * turns around how the rest is read.
 */
function nameOf(given: string | undefined, role: CallerRole): string {
  const name = (given ?? '').toWellFormed().replace(/\s+/g, ' ').replace(/\p{C}/gu, '').trim();
  return name === '' ? role : `${[...name].slice(0, MAX_NAME_LENGTH).join('')} (${role})`;
}

/** A page below /dashboard to go on to; the first page instead of what is none, and of those of this file. */
function safeAddress(asked = ''): string {
  const address = pageAddress(asked);
  return /^(login|logout)\b/.test(address) ? '' : address;
}

function loginPage(view: View, { to, isWrong = false }: { to: string; isWrong?: boolean }): Html {
  const { login } = view.texts.shell;
  const body = html`<form class="login" method="post" action="${view.link('login')}" id="login">
<h1>${login.title}</h1>
${isWrong ? html`<p class="trouble" role="alert">${login.wrong}</p>` : ''}
<input type="hidden" name="to" value="${to}">
<label for="token">${login.token}</label>
<input id="token" name="token" type="password" required autocomplete="current-password" aria-describedby="token-hint">
<p class="quiet" id="token-hint">${login.tokenHint}</p>
<label for="name">${login.name}</label>
<input id="name" name="name" autocomplete="username" maxlength="${MAX_NAME_LENGTH}" aria-describedby="name-hint">
<p class="quiet" id="name-hint">${login.nameHint}</p>
<button>${login.submit}</button>
</form>`;
  return dashboardLayout(view, { title: login.title, body, isLive: false });
}
