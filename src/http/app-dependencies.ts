import type { HttpBindings } from '@hono/node-server';
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { TrustedProxies } from '../config/http/trusted-proxies.ts';
import type { JobLink } from '../config/settings/link.ts';
import type { Database } from '../db/database.ts';
import type { TaskDistributor } from '../enqueue/task-distributor.ts';
import type { EventHub } from '../observability/event-hub.ts';
import type { Logger } from '../observability/logger.ts';
import type { Metrics } from '../observability/metrics.ts';
import type { Catalogue } from '../tasks/catalogue.ts';
import type { Authorize, CallerRole } from './callers/authorize.ts';
import type { ProxyTrust } from './callers/proxy-trust.ts';

/** What the HTTP API is made from. */
export interface AppDependencies {
  db: Database;
  /** Which Howdah of the database it is. */
  schema: string;
  distributor: TaskDistributor;
  /** Told what operators cancel. */
  events: EventHub;
  log: Logger;
  /** Address of the service as customers see it, without a trailing slash. A function: the port may be known late. */
  publicUrl(): string;
  /** Bearer token of operators. Without any token, what needs one answers 401. */
  adminToken?: string | undefined;
  /** Bearer token of readers. */
  viewerToken?: string | undefined;
  /** Bearer token of workers over HTTP. @default operators alone may lease jobs */
  workerToken?: string | undefined;
  /** Asked who sent a request that carries none of the tokens. @default nobody is let in without one */
  authorize?: Authorize | undefined;
  /** Most that it may take, in milliseconds; then 503. @default 10,000 */
  authorizeTimeoutMs?: number | undefined;
  /** The application's own tasks; others are known from the database. */
  catalogue: Catalogue;
  /** From each job to where else there is something of it. @default none */
  links?: readonly JobLink[] | undefined;
  checkReadiness: ReadinessCheck;
  /** Who may say from whom a request came. @default nobody */
  trustedProxies?: TrustedProxies | undefined;
  /** Waited for before each enqueue, outside of its transaction. @default nothing is */
  beforeEnqueue?(): Promise<void>;
  /** Pages of the application's own that the dashboard links to; those that routes add while they are added too. @default none */
  navigation?: readonly NavigationEntry[];
  /** Served at /metrics; without it that address does not exist. */
  metrics?: Metrics;
  /** Fires when the service stops: streams and waiting requests then end by themselves. */
  stopping?: AbortSignal;
}

/** A page of an application's own, in the dashboard's navigation. */
export interface NavigationEntry {
  /** As it is shown. */
  readonly label: string;
  /** Where it is, from the front door, without a slash at its begin: `mailbox`. */
  readonly path: string;
}

/** Whether the service can do its work now, with what was looked at and what is wrong with it. */
export interface Readiness {
  ready: boolean;
  checks: Record<string, { ok: boolean; detail?: string }>;
}

/** Must not throw, and is asked as often as anybody likes: what it costs is for its maker to bound. */
export type ReadinessCheck = () => Promise<Readiness>;

/** What handlers find in their context. `Bindings` are missing when no socket is behind the request, as in tests. */
export interface AppEnv {
  Bindings: Partial<HttpBindings> & {
    /** Where the server has us, without a slash at the end. @default at its root */
    mountPath?: string;
    /** The body was read by somebody before us, and what it was is not known. */
    isBodyLost?: boolean;
    /** It was read by somebody before us, who decoded it; what its headers say of that is true no more. */
    isBodyDecoded?: boolean;
  };
  Variables: {
    requestId: string;
    /** Who sent a request below /v1; undefined for one that nobody vouches for. */
    caller?: CallerRole | undefined;
    /** A worker over HTTP sent it, which may lease jobs and nothing else. */
    isWorker?: boolean;
    /** The caller's name, for the audit log. @default the caller's role */
    actor?: string | undefined;
    /** False for an operator whose login may not enqueue. */
    mayEnqueue?: boolean | undefined;
    /** Whom to believe from whom a request came. @default nobody */
    proxyTrust?: ProxyTrust;
    /** Whether people log in rather than send a token, and refusals should say so. */
    hasLogin?: boolean;
    /** Shows a browser what went wrong, where pages have a way of their own. @default a plain page */
    showError?: (error: unknown) => Response | Promise<Response>;
  };
}

/** The app that routes are added to. */
export type App = OpenAPIHono<AppEnv>;
