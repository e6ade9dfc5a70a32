import type { Pool } from 'pg';
import { appMistake } from '../../app/check-app.ts';
import type { AnyApp } from '../../app/define-app.ts';
import { parseDatabaseAddress } from '../../config/database/database-address.ts';
import {
  type OptionKinds,
  refuseOptionMistakes,
  wholeNumberCheck,
} from '../../config/mistakes/option-mistakes.ts';
import { isProduction, MIN_SECRET_LENGTH } from '../../config.ts';
import type { Authorize } from '../../http/callers/authorize.ts';
import { parseMountPath } from '../../http/mount-path.ts';
import { createFetchHandler, type FetchHandler } from '../../http/server/fetch-handler.ts';
import { createLogger, type Logger } from '../../observability/logger.ts';
import { withSafeErrors } from '../../observability/safe-errors.ts';
import { definitionsMistake } from '../../tasks/check-definition.ts';
import type { TaskDefinition } from '../../tasks/define-task.ts';

/** What answers the HTTP API in a server of your own. */
export interface HttpHandler extends FetchHandler, AsyncDisposable {}

export interface HttpHandlerOptions {
  /** Where the database is, as DATABASE_URL; or `pool`. At most 20 connections are opened. */
  readonly connectionString?: string;
  /** Connections of your own; they are not ended. Each of our transactions says its own limits and settings. */
  readonly pool?: Pool;
  /** Which Howdah of the database, where it has several. @default what the address says, else HOWDAH_SCHEMA, else 'howdah' */
  readonly schema?: string;
  /** Whose tasks check payloads, and are told to the database before the first enqueue. @default what others have told it */
  readonly app?: AnyApp;
  /** The same without its file, as tasks of `application`. @default those of `app` */
  readonly tasks?: readonly TaskDefinition[];
  /** The name of the application that `tasks` are of. @default that of `app` */
  readonly application?: string;
  /**
   * Has the application's own routes (`addRoutes` of `app`) mounted as well, before Howdah's, with what they work with.
   *
   * @default they are not: your server has routes of its own
   */
  readonly ownRoutes?: OwnRoutes;
  /** Where your server has it: `/` for its root. @default '/howdah' */
  readonly basePath?: string;
  /**
   * Whether the pages for people are served as well, at `basePath` and below.
   *
   * @default true, but where nobody could log in to them: with `workerToken` alone
   */
  readonly dashboard?: boolean;
  /** Bearer token of operators. @default there is none */
  readonly adminToken?: string | undefined;
  /** Bearer token of readers. @default there is none */
  readonly viewerToken?: string | undefined;
  /** Bearer token of workers over HTTP. @default operators alone may lease jobs */
  readonly workerToken?: string | undefined;
  /** Your own login, asked about each request without one of the tokens. @default nobody is let in without a token */
  readonly authorize?: Authorize;
  /** Most that `authorize` may take, in milliseconds; the request is 503 then. @default 10,000 */
  readonly authorizeTimeoutMs?: number;
  /** @default warnings and errors, as lines of JSON on standard output */
  readonly log?: Logger;
  /** Most that a statement of a request may take, in milliseconds. @default 10,000 */
  readonly requestTimeoutMs?: number;
  /** The address of `basePath` as others see it, for the OpenAPI document. @default `basePath`, on whatever host */
  readonly publicUrl?: string;
}

/** What an application's own routes work with, opened and closed by you. */
export interface OwnRoutes {
  readonly services: unknown;
  /** As `readSettings` of the application returns them. @default undefined */
  readonly settings?: unknown;
}

const DEFAULT_TIMEOUT_MS = 10_000;

/**
 * The HTTP API as one function from request to response, for a server of your own. Nothing is loaded, opened or asked until
 * the first request.
 *
 * @throws {TypeError | Mistake} for options that cannot work, in words
 */
export function createHttpHandler(options: HttpHandlerOptions): HttpHandler {
  refuseMistakes(options);
  const mountPath = parseMountPath(options.basePath ?? '/howdah');
  const log = options.log ? withSafeErrors(options.log) : createLogger({ level: 'warn' });
  const stopping = new AbortController();
  const handler = createFetchHandler({
    ...{ stopping, log, mountPath },
    async open() {
      const { openApi } = await import('./open-api.ts');
      return openApi({
        ...options,
        ...{ log, mountPath, stopping: stopping.signal },
        dashboard: options.dashboard ?? letsPeopleIn(options),
        requestTimeoutMs: options.requestTimeoutMs ?? DEFAULT_TIMEOUT_MS,
      });
    },
  });
  return { ...handler, [Symbol.asyncDispose]: handler.close };
}

/** Longer than that a timer cannot wait. */
const timeout = wholeNumberCheck(1, 2 ** 31 - 1);

const OPTIONS: OptionKinds<HttpHandlerOptions> = {
  ...{
    connectionString: 'text',
    pool: 'pool',
    schema: 'text',
    app: appMistake,
    tasks: definitionsMistake,
  },
  ...{ application: 'text', basePath: 'text', publicUrl: 'text', dashboard: 'flag', authorize: 'function' },
  ...{ adminToken: 'text', viewerToken: 'text', workerToken: 'text' },
  ...{ log: 'logger', ownRoutes: 'object', authorizeTimeoutMs: timeout, requestTimeoutMs: timeout },
};

const OWN_ROUTES: OptionKinds<OwnRoutes> = { services: 'any', settings: 'any' };

function refuseMistakes(options: HttpHandlerOptions): void {
  refuseOptionMistakes('createHttpHandler', options, OPTIONS);
  if (options.ownRoutes) refuseOptionMistakes('createHttpHandler: ownRoutes', options.ownRoutes, OWN_ROUTES);
  const { connectionString, pool, app, tasks, application, ownRoutes, ...callers } = options;
  const { adminToken, viewerToken, workerToken } = callers;
  if ((connectionString === undefined) === (pool === undefined)) {
    throw new TypeError('createHttpHandler: expected either connectionString or pool');
  }
  if (connectionString !== undefined) parseDatabaseAddress(connectionString);
  if (tasks && !app && application === undefined) {
    throw new TypeError(
      'createHttpHandler: tasks: expected app, or the name of the application, beside them',
    );
  }
  if (ownRoutes && !app?.addRoutes) {
    throw new TypeError('createHttpHandler: ownRoutes: expected an app with addRoutes beside them');
  }
  if (!letsPeopleIn(callers) && !workerToken) {
    throw new TypeError(
      'createHttpHandler: expected authorize, adminToken, viewerToken or workerToken; without any, nobody is let in',
    );
  }
  if (callers.dashboard && !letsPeopleIn(callers)) {
    throw new TypeError(
      'createHttpHandler: dashboard: expected authorize, adminToken or viewerToken beside it; workers log in to no page',
    );
  }
  if (adminToken === '' || viewerToken === '' || workerToken === '') {
    throw new TypeError('createHttpHandler: expected tokens that are not empty');
  }
  const tokens = Object.entries({ adminToken, viewerToken, workerToken });
  for (const [name, token] of tokens) {
    refuseShort(name, token);
    const [other] = tokens.find(([, each]) => token !== undefined && each === token) ?? [name];
    if (other !== name)
      throw new TypeError(
        `createHttpHandler: ${name}: expected another than ${other}, which may do other things`,
      );
  }
}

function letsPeopleIn({ adminToken, viewerToken, authorize }: HttpHandlerOptions): boolean {
  return Boolean(adminToken || viewerToken || authorize);
}

function refuseShort(name: string, token: string | undefined): void {
  if (token === undefined || token.length >= MIN_SECRET_LENGTH || !isProduction()) return;
  throw new TypeError(
    `createHttpHandler: ${name}: expected at least ${MIN_SECRET_LENGTH} characters in production, received ${token.length}`,
  );
}
