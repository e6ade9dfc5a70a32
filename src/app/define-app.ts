import { pathToFileURL } from 'node:url';
import { getCallSites } from 'node:util';
import type { Pool } from 'pg';
import { findOptionMistakes, type OptionKinds } from '../config/mistakes/option-mistakes.ts';
import { findPathMistakes } from '../config/settings/field-path.ts';
import { findLinkMistakes, type JobLink } from '../config/settings/link.ts';
import type { GivenWebhooks } from '../config/webhook/given-webhooks.ts';
import type { ReadSettings, Role, SettingsContext } from '../config.ts';
import type { TaskDistributor } from '../enqueue/task-distributor.ts';
import type { NavigationEntry, App as Routes } from '../http/app-dependencies.ts';
import type { Logger } from '../observability/logger.ts';
import { type BoundTask, isBoundTask } from '../tasks/bind.ts';
import type { GivenSource } from '../tasks/given-source.ts';
import type { RouteTarget } from '../tasks/route-target.ts';
import { defineHandle, type Handle } from './define-handle.ts';
import { findRouteMistakes, findSourceMistakes } from './find-relay-mistakes.ts';

/** What an application is made of; paths are relative to the file that calls `defineApp`. */
export interface AppOptions<Services, Settings> {
  /**
   * Names the application in the database, where tasks and schedules belong to it. A small letter, then small letters,
   * digits, `_` and `-`; at most 63.
   */
  readonly name: string;
  /** The folder of the tasks, one a file, each the default export of `app.handle`; or a list of what `defineHandle` ties. */
  readonly tasks: string | URL | readonly BoundTask<Services>[];
  /** The file of what runs by the clock. @default nothing does */
  readonly crontab?: string | URL;
  /** The folder of the application's own migrations, as drizzle-kit makes it. @default it has none */
  readonly migrations?: string | URL;
  /** Reads settings of the application's own, with every other mistake told at once. @default it has none */
  readonly readSettings?: ReadSettings<Settings>;
  /** Settings that are legal and yet seldom meant, in words; logged at start. @default none */
  readonly warn?: (settings: Settings, context: SettingsContext) => readonly string[];
  /** Opens what handlers and routes work with, once a process. @default handlers are given none */
  readonly openServices?: (context: ServiceContext<Settings>) => Services | Promise<Services>;
  /** Adds routes of the application's own to the API, before Howdah's. @default none */
  readonly addRoutes?: (routes: Routes, context: RouteContext<Services, Settings>) => void;
  /** The address under which others reach the API, without a slash at its end. @default wherever it listens */
  readonly publicUrl?: (settings: Settings) => string | undefined;
  /**
   * Fields of payloads and results that nobody is shown over HTTP, in the dashboard and by the command line: `password` is every
   * member of that name, wherever it is, `card.*` every member of every `card`. SQL and handlers see them; errors are told as they
   * are. The database keeps what the process says that started last. @default none
   */
  readonly redact?: readonly string[];
  /**
   * Where the jobs of a task go in place of its handler, by its name; `*` for every task that has no other route here. As ROUTES, which
   * comes before, says it: `rabbitmq:mail/welcome`, `kafka:users.v1`, an address of https, `postgres` for the handler; or as `publish`
   * takes it. What is absent or empty, and names of tasks, are looked at when a worker starts. @default what the tasks' files say, else TASK_DISTRIBUTOR
   */
  readonly routes?: Readonly<Record<string, string | RouteTarget>>;
  /** How the jobs of routes that lead to addresses are posted. @default as the environment says */
  readonly webhooks?: GivenWebhooks;
  /**
   * Places of brokers whose messages become jobs: as SOURCES says them, `kafka:users.v1>user_registered`, or as an object. One that
   * SOURCES has too is as it says there. Places and tasks are looked at when a worker starts. @default none
   */
  readonly sources?: readonly (string | GivenSource)[];
  /** From each job in the dashboard to where else there is something of it. @default none */
  readonly links?: readonly JobLink[];
  /** What to show at start in development, by name. @default nothing */
  readonly introduce?: (services: Services, url: string) => Readonly<Record<string, string | undefined>>;
}

/** What `openServices` works with. */
export interface ServiceContext<Settings> {
  readonly role: Role;
  readonly environment: 'development' | 'production';
  readonly settings: Settings;
  /** Where the database is. */
  readonly connectionString: string;
  /** Connections to it, at most 20, for the business code of tasks; without time limits, and not to be ended. */
  readonly pool: Pool;
  readonly log: Logger;
  /** Where the API is reached; known once it listens, so not before a handler runs or a request comes. */
  url(): string;
  /** What must be closed when the process ends, the last opened first. */
  defer(close: () => unknown): void;
  /** A random key that is kept in the data folder. @throws in production, where one must be configured */
  developmentKey(): Promise<string>;
}

/** What `addRoutes` works with. */
export interface RouteContext<Services, Settings> {
  readonly services: Services;
  readonly settings: Settings;
  /** Connections for requests, whose statements have limits (REQUEST_TIMEOUT). */
  readonly pool: Pool;
  readonly distributor: TaskDistributor;
  /** Bearer tokens that the API takes. */
  readonly adminToken: string | undefined;
  readonly viewerToken: string | undefined;
  /** Where the API is reached. */
  url(): string;
  /** Has the dashboard link to a page of these routes. */
  addNavigation(entry: NavigationEntry): void;
  /** Milliseconds since the epoch. @default Date.now */
  readonly clock?: (() => number) | undefined;
}

/** An application: its tasks, what runs by the clock, what its handlers work with. Made by `defineApp`. */
export interface App<Services = unknown, Settings = unknown>
  extends Omit<AppOptions<Services, Settings>, 'tasks' | 'crontab' | 'migrations'> {
  readonly tasks: URL | readonly BoundTask<Services>[];
  readonly crontab: URL | undefined;
  readonly migrations: URL | undefined;

  /** Ties a handler to its task's definition: what each file of the folder of tasks exports. */
  readonly handle: Handle<Services>;
}

/** Any application, whatever its services. */
// biome-ignore lint/suspicious/noExplicitAny: services are the application's own affair, and both given and taken
export type AnyApp = App<any, any>;

const NAME = /^[a-z][a-z0-9_-]{0,62}$/;

/** Known across copies of this package: an application's file may load another one than the command line. */
const BRAND = Symbol.for('howdah.app');

/**
 * An application of Howdah. Nothing is read, loaded or opened yet.
 *
 * @throws {TypeError} naming every option that is out of range, with what was received
 */
export function defineApp<Services = undefined, Settings = undefined>(
  options: AppOptions<Services, Settings>,
): App<Services, Settings> {
  const base = callerFile();
  refuseMistakes(options);
  const { tasks, crontab, migrations } = options;
  return Object.freeze({
    ...options,
    tasks: Array.isArray(tasks) ? tasks : folder(tasks as string | URL, base),
    crontab: crontab === undefined ? undefined : new URL(crontab, base),
    migrations: migrations === undefined ? undefined : folder(migrations, base),
    handle: defineHandle<Services>(),
    [BRAND]: true,
  });
}

/** Whether a value was made by `defineApp`. */
export function isApp(value: unknown): value is AnyApp {
  return typeof value === 'object' && value !== null && BRAND in value;
}

/** The file that called `defineApp`; the working directory for code that is in no file. */
function callerFile(): URL {
  const [, , caller] = getCallSites();
  const name = caller?.scriptName ?? '';
  if (name.startsWith('file:')) return new URL(name);
  return name.startsWith('/') || /^[A-Za-z]:[\\/]/.test(name)
    ? pathToFileURL(name)
    : pathToFileURL(`${process.cwd()}/`);
}

/** With a slash at its end, without which a URL names a file. */
function folder(path: string | URL, base: URL): URL {
  const { href } = new URL(path, base);
  return new URL(href.endsWith('/') ? href : `${href}/`);
}

type Given = { readonly name: string } & {
  readonly [Option in 'tasks' | 'redact' | 'links' | 'routes' | 'sources']?: unknown;
};

const OPTIONS: OptionKinds<AppOptions<never, never>> = {
  ...{
    name: 'any',
    tasks: 'any',
    redact: 'any',
    links: 'any',
    routes: 'any',
    sources: 'any',
    webhooks: 'any',
  },
  ...{ crontab: 'place', migrations: 'place' },
  ...{ readSettings: 'function', warn: 'function', openServices: 'function', addRoutes: 'function' },
  ...{ publicUrl: 'function', introduce: 'function' },
};

function refuseMistakes(options: Given): void {
  const mistakes = findOptionMistakes(options, OPTIONS as OptionKinds<Given>);
  const { name, tasks, redact, links, routes, sources } = options ?? {};
  if (typeof name !== 'string' || !NAME.test(name)) {
    mistakes.push(`name: expected a small letter, then at most 62 of a-z 0-9 _ -, received ${show(name)}`);
  }
  const isPlace = typeof tasks === 'string' || tasks instanceof URL;
  if (!isPlace && !(Array.isArray(tasks) && tasks.every(isBoundTask))) {
    mistakes.push(
      `tasks: expected a folder, or a list of what defineHandle()(…) or app.handle(…) returns, received ${show(tasks)}`,
    );
  }
  mistakes.push(...findRouteMistakes(routes), ...findSourceMistakes(sources));
  mistakes.push(...findPathMistakes(redact), ...findLinkMistakes(links));
  if (mistakes.length > 0) throw new TypeError(`defineApp: ${mistakes.join('; ')}`);
}

function show(value: unknown): string {
  return Array.isArray(value) ? 'a list with something else in it' : (JSON.stringify(value) ?? typeof value);
}
