import type { HttpBindings } from '@hono/node-server';
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Database } from '../db/database.ts';
import type { TaskDistributor } from '../enqueue/task-distributor.ts';
import type { EventHub } from '../observability/event-hub.ts';
import type { Logger } from '../observability/logger.ts';
import type { Metrics } from '../observability/metrics.ts';
import type { Catalogue } from '../tasks/catalogue.ts';

/** What the HTTP API is made from. */
export interface AppDependencies {
  db: Database;
  distributor: TaskDistributor;
  /** Told what operators withdraw. */
  events: EventHub;
  log: Logger;
  /** Address of the service as customers see it, without a trailing slash. A function: the port may be known late. */
  publicUrl(): string;
  /** Bearer token of operators. Without any token, what needs one answers 401. */
  adminToken?: string | undefined;
  /** Bearer token of readers. */
  viewerToken?: string | undefined;
  /** The application's own tasks; others are known from the database. */
  catalogue: Catalogue;
  checkReadiness: ReadinessCheck;
  /** Served at /metrics; without it that address does not exist. */
  metrics?: Metrics;
  /** Fires when the service stops: streams and waiting requests then end by themselves. */
  stopping?: AbortSignal;
}

/** Whether the service can do its work now; must not throw. */
export type ReadinessCheck = () => Promise<{
  ready: boolean;
  checks: Record<string, { ok: boolean; detail?: string }>;
}>;

/** What handlers find in their context. `Bindings` are missing when no socket is behind the request, as in tests. */
export interface AppEnv {
  Bindings: Partial<HttpBindings>;
  Variables: {
    requestId: string;
    /** Whose token came with a request below /v1; undefined without a valid one. */
    caller?: 'admin' | 'viewer' | undefined;
  };
}

/** The app that routes are added to. */
export type App = OpenAPIHono<AppEnv>;
