import { randomUUID } from 'node:crypto';
import type { Context } from 'hono';
import type { AppEnv, NavigationEntry } from '../../http/app-dependencies.ts';
import type { CallerRole } from '../../http/callers/authorize.ts';
import { rootFrom } from '../../http/pages/layout.ts';
import type { DashboardDependencies } from '../dependencies.ts';
import { readCookie } from '../session/cookies.ts';
import { sessionName } from '../session/session.ts';
import type { Texts } from '../texts/en/en.ts';
import { chooseLanguage, LANGUAGES, type Language } from '../texts/languages.ts';

export const LANGUAGE_COOKIE = 'howdah_language';

/** What a page is drawn for: who looks at it, in which language, and where it is. */
export interface View {
  readonly language: Language;
  readonly texts: Texts;
  /** The way to the front door: see `rootFrom`. */
  readonly root: string;
  /** The way to the first page; `link` makes those to the others. */
  readonly home: string;
  /** Whether it is known who looks; only the login is shown to others. */
  readonly isKnown: boolean;
  readonly role: CallerRole;
  readonly actor: string;
  /** Whether it shows buttons and payloads. */
  readonly mayAct: boolean;
  /** Whether it has the forms that enqueue. */
  readonly mayEnqueue: boolean;
  /** Whether there is a session that can be left. */
  readonly hasSession: boolean;
  /** Where it is below /dashboard, with its query, such as `jobs?state=discarded`; what a command comes back to. */
  readonly here: string;
  /** By the database's clock, as all instants are that pages show. */
  readonly now: Date;
  /** Pages of the application's own. */
  readonly navigation: readonly NavigationEntry[];
  /** For a form: what makes it safe to send twice. */
  newKey(): string;
  /** The address of a page by its path below /dashboard. */
  link(path: string): string;
}

export function viewOf(c: Context<AppEnv>, deps: DashboardDependencies): View {
  const root = rootFrom(c);
  const language = chooseLanguage(readCookie(c, LANGUAGE_COOKIE), c.req.header('Accept-Language'));
  const role = c.var.caller ?? 'viewer';
  const { search } = new URL(c.req.url);
  return {
    language,
    texts: LANGUAGES[language].texts,
    root,
    home: `${root}dashboard`,
    isKnown: c.var.caller !== undefined,
    role,
    actor: c.var.actor ?? role,
    mayAct: role === 'admin',
    mayEnqueue: role === 'admin' && c.var.mayEnqueue !== false,
    hasSession: readCookie(c, sessionName(deps)) !== undefined,
    here: `${c.req.path.replace(/^\/dashboard\/?/, '')}${search}`,
    now: deps.readings.clock.now(),
    navigation: deps.navigation ?? [],
    newKey: randomUUID,
    link: (path) => (/^[?]|^$/.test(path) ? `${root}dashboard${path}` : `${root}dashboard/${path}`),
  };
}
