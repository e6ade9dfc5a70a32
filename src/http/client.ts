import { hc } from 'hono/client';
import type { addChartRoutes } from './routes/charts.ts';
import type { addFailureRoutes } from './routes/failures.ts';
import type { addJobRoutes } from './routes/jobs.ts';
import type { addAgainRoutes } from './routes/jobs-again.ts';
import type { addBulkRoutes } from './routes/jobs-bulk.ts';
import type { addJobCommandRoutes } from './routes/jobs-commands.ts';
import type { addEnqueueRoutes } from './routes/jobs-enqueue.ts';
import type { addLeaseRunRoutes } from './routes/lease-runs.ts';
import type { addLeaseRoutes } from './routes/leases.ts';
import type { addQueueRoutes } from './routes/queues.ts';
import type { addScheduleRoutes } from './routes/schedules.ts';
import type { addSourceRoutes } from './routes/sources.ts';
import type { addTaskRoutes } from './routes/tasks.ts';
import type { addWorkerRoutes } from './routes/workers.ts';

/** The API's addresses as properties, with the types of their requests and answers; nothing of the server at run time. */
export type HowdahClient = ReturnType<typeof hc<ReturnType<typeof addEnqueueRoutes>>> &
  ReturnType<typeof hc<ReturnType<typeof addJobRoutes>>> &
  ReturnType<typeof hc<ReturnType<typeof addJobCommandRoutes>>> &
  ReturnType<typeof hc<ReturnType<typeof addBulkRoutes>>> &
  ReturnType<typeof hc<ReturnType<typeof addAgainRoutes>>> &
  ReturnType<typeof hc<ReturnType<typeof addFailureRoutes>>> &
  ReturnType<typeof hc<ReturnType<typeof addChartRoutes>>> &
  ReturnType<typeof hc<ReturnType<typeof addQueueRoutes>>> &
  ReturnType<typeof hc<ReturnType<typeof addSourceRoutes>>> &
  ReturnType<typeof hc<ReturnType<typeof addLeaseRoutes>>> &
  ReturnType<typeof hc<ReturnType<typeof addLeaseRunRoutes>>> &
  ReturnType<typeof hc<ReturnType<typeof addWorkerRoutes>>> &
  ReturnType<typeof hc<ReturnType<typeof addTaskRoutes>>> &
  ReturnType<typeof hc<ReturnType<typeof addScheduleRoutes>>>;

export interface ClientOptions {
  /** Stands in for the global fetch. */
  fetch?: (input: string | URL | Request, init?: RequestInit) => Response | Promise<Response>;
}

/**
 * A typed client: `await client.v1.jobs.$post({ json: { task, payload }, header: {} })` is a fetch Response whose `json()`
 * has the route's type. It throws nothing for an error status; look at `response.ok`, and at the problem's `code`.
 *
 * @param url where the service listens
 * @param token admin token, or viewer token for reading
 */
export function createClient(url: string, token: string, options: ClientOptions = {}): HowdahClient {
  const headers = { Authorization: `Bearer ${token}` };
  const client: unknown = hc(url, { headers, ...options });
  return client as HowdahClient;
}
