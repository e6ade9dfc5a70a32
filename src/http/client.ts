import { hc } from 'hono/client';
import { findOptionMistakes, type OptionKinds } from '../config/mistakes/option-mistakes.ts';
import { received } from '../config/mistakes/received.ts';
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

const OPTIONS: OptionKinds<ClientOptions> = { fetch: 'function' };

/**
 * A typed client: `await client.v1.jobs.$post({ json: { task, payload }, header: {} })` is a fetch Response whose `json()`
 * has the route's type. It throws nothing for an error status; look at `response.ok`, and at the problem's `code`.
 *
 * @param url where the service listens; a path, such as `/howdah`, in a page of the same host, and where `fetch` is given
 * @param token admin token, or viewer token for reading
 * @throws {TypeError} for what is no such address, no token or no option
 */
export function createClient(url: string, token: string, options: ClientOptions = {}): HowdahClient {
  const mistakes = [
    ...findAddressMistake(url, options),
    ...findTokenMistake(token),
    ...findOptionMistakes(options, OPTIONS),
  ];
  if (mistakes.length > 0) throw new TypeError(`createClient: ${mistakes.join('; ')}`);
  const headers = { Authorization: `Bearer ${token}` };
  const client: unknown = hc(url, { headers, ...options });
  return client as HowdahClient;
}

const ADDRESS = 'an address of http or https without user, query and fragment, e.g. https://jobs.example';

/** Told as a setting that is an address: without who may log in there. */
function findAddressMistake(url: unknown, options: ClientOptions): string[] {
  if (typeof url !== 'string') return [`url: expected ${ADDRESS}, received ${nameOf(url)}`];
  const isBesides = typeof options?.fetch === 'function' || 'location' in globalThis;
  const isRight = url.startsWith('/') ? isBesides && /^\/(?!\/)[^?#\s]*$/.test(url) : isAddress(url);
  return isRight ? [] : [`url: expected ${ADDRESS}, ${received('_URL', url)}`];
}

function isAddress(text: string): boolean {
  if (!/^https?:\/\/[^?#\s]+$/i.test(text) || !URL.canParse(text)) return false;
  const { username, password } = new URL(text);
  return username === '' && password === '';
}

/** Of a token nothing is told: what a header cannot hold may be a part of it. */
function findTokenMistake(token: unknown): string[] {
  if (typeof token === 'string' && /^[\x21-\x7e]+$/.test(token)) return [];
  const given = typeof token === 'string' ? `${token.length} characters, not shown` : nameOf(token);
  return [`token: expected one or more of the visible characters of ASCII, received ${given}`];
}

function nameOf(value: unknown): string {
  return value === undefined ? 'nothing' : value === null ? 'null' : typeof value;
}
