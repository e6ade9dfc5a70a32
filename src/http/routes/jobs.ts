import { createRoute, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { etag, RETAINED_304_HEADERS } from 'hono/etag';
import type { SqlClient } from '../../db/sql-client.ts';
import { HowdahError } from '../../errors.ts';
import { EndWatch } from '../../look/end-watch.ts';
import { explainJob } from '../../look/explain-job.ts';
import { getJob } from '../../look/get-job.ts';
import { isUnfiltered } from '../../look/job-filter.ts';
import { listJobs } from '../../look/list-jobs.ts';
import { MAX_SEARCH_MS, withinTime } from '../../look/within-time.ts';
import { nameUnknown } from '../../wire/name-unknown.ts';
import { presentJob, presentSummary } from '../../wire/present-job.ts';
import { duration } from '../../wire/schemas/duration.ts';
import { job, jobExplanation, jobParameter, jobSummary } from '../../wire/schemas/job.ts';
import { encodeCursor, jobQuery } from '../../wire/schemas/job-filter.ts';
import { refusals } from '../../wire/schemas/problem.ts';
import { toJobFilter } from '../../wire/to-job-filter.ts';
import type { App, AppDependencies, AppEnv } from '../app-dependencies.ts';
import { readersOnly } from '../middleware/identify-caller.ts';

const DEFAULT_PAGE_SIZE = 50;
const MAX_WAIT_MS = 60_000;

const listRoute = createRoute({
  method: 'get',
  path: '/v1/jobs',
  tags: ['jobs'],
  operationId: 'listJobs',
  summary: 'Live and finished jobs, newest first',
  description: `Follow next_cursor for more: pages stay in place while jobs run, finish and are retried. A search that takes more than ${MAX_SEARCH_MS / 1000} s is refused with 422.`,
  security: [{ bearer: [] }],
  middleware: readersOnly,
  request: { query: jobQuery },
  responses: {
    200: {
      description: 'A page of jobs',
      content: {
        'application/json': {
          schema: z.object({ jobs: z.array(jobSummary), next_cursor: z.string().nullable() }),
        },
      },
    },
    ...refusals({ 404: 'No such queue; or no such task, and no job of it' }),
  },
});

const entityTag = z.string().openapi({ description: 'For If-None-Match.' });

/** Without a body to have a type, it would take away that of the typed client's answer. */
const notModified = {
  304: { description: 'Still as If-None-Match has it', headers: z.object({ ETag: entityTag }) },
} as Record<never, { description: string }>;

/** Not in the request’s schema, so that the typed client does not ask for it. */
const IF_NONE_MATCH = {
  name: 'if-none-match',
  in: 'header',
  required: false,
  description: 'An ETag of this job: 304 while it is the same.',
  schema: { type: 'string' },
} as const;

const getRoute = createRoute({
  method: 'get',
  path: '/v1/jobs/{id}',
  tags: ['jobs'],
  operationId: 'getJob',
  summary: 'One job with its payload, result, progress and failed runs',
  description: 'With wait it answers when the job has ended, or after that time with the job as it is then.',
  security: [{ bearer: [] }],
  middleware: [readersOnly, etag({ retainedHeaders: [...RETAINED_304_HEADERS, 'X-Request-Id'] })] as const,
  parameters: [IF_NONE_MATCH],
  request: {
    params: jobParameter,
    query: z.strictObject({
      wait: duration(MAX_WAIT_MS, '30s')
        .optional()
        .openapi({ description: 'Answer when the job ends, after so long at the latest.' }),
    }),
  },
  responses: {
    200: {
      description: 'The job; its ETag changes when it does',
      headers: z.object({ ETag: entityTag }),
      content: { 'application/json': { schema: z.object({ job }) } },
    },
    ...notModified,
    ...refusals({ 404: 'No such job, or it ended and its history is not kept' }),
  },
});

const explainRoute = createRoute({
  method: 'get',
  path: '/v1/jobs/{id}/explain',
  tags: ['jobs'],
  operationId: 'explainJob',
  summary: 'Why a job is not running right now, in words',
  description: 'With a cause for programs, and what would change it.',
  security: [{ bearer: [] }],
  middleware: readersOnly,
  request: { params: jobParameter },
  responses: {
    200: { description: 'Why', content: { 'application/json': { schema: jobExplanation } } },
    ...refusals({ 404: 'No such job' }),
  },
});

/** Looking at jobs. */
export function addJobRoutes(app: App, { db, stopping }: AppDependencies) {
  const ends = new EndWatch(db);
  return app
    .openapi(listRoute, async (c) => {
      const { limit = DEFAULT_PAGE_SIZE, cursor: beforeId, ...requested } = c.req.valid('query');
      if (requested.payload_contains !== undefined && c.var.caller !== 'admin') throw payloadIsHidden();
      const filter = toJobFilter(requested);
      // Of all jobs a page is read from primary keys, within any time: no transaction around it has to say one.
      const read = (client: SqlClient) => listJobs(client, filter, { limit, beforeId });
      const page = await (isUnfiltered(filter) ? read(db) : withinTime(db, MAX_SEARCH_MS, read)).catch(
        nameUnknown(),
      );
      const next = page.nextBeforeId === null ? null : encodeCursor(page.nextBeforeId);
      return c.json({ jobs: page.jobs.map(presentSummary), next_cursor: next }, 200);
    })
    .openapi(getRoute, async (c) => {
      const { id } = c.req.valid('param');
      const { wait: waitMs } = c.req.valid('query');
      if (waitMs) await ends.untilEnd(id, { waitMs, signal: untilGone(c, stopping) });
      const found = await getJob(db, id);
      if (!found) throw jobNotFound(id);
      c.header('Cache-Control', 'private, no-cache');
      return c.json({ job: presentJob(found, c.var.caller) }, 200);
    })
    .openapi(explainRoute, async (c) => {
      const { id } = c.req.valid('param');
      const explanation = await explainJob(db, id);
      if (!explanation) throw jobNotFound(id);
      return c.json(explanation, 200);
    });
}

/** Fires when the client goes away or the service stops. */
function untilGone(c: Context<AppEnv>, stopping: AbortSignal | undefined): AbortSignal {
  const { signal } = c.req.raw;
  return stopping ? AbortSignal.any([signal, stopping]) : signal;
}

function jobNotFound(id: string): HowdahError {
  const detail = `There is no job ${id}; it never existed, or it ended and its history is no longer kept`;
  return new HowdahError('job_not_found', { detail });
}

/** Whoever may ask whether payloads contain this or that can read them, bit by bit. */
function payloadIsHidden(): HowdahError {
  return new HowdahError('forbidden', {
    detail: 'payload_contains: payloads are hidden from the viewer token',
  });
}
