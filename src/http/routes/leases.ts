import { createRoute, type z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { Database } from '../../db/database.ts';
import { HowdahError } from '../../errors.ts';
import { DueWatch } from '../../operate/leases/due-watch.ts';
import { endLease } from '../../operate/leases/end-lease.ts';
import type { LeaseRequest, TakenJobs } from '../../operate/leases/lease.ts';
import { endLeasedRun, extendLease, openLease, takeJobs } from '../../operate/leases/lease-calls.ts';
import { LeaseRescuer } from '../../operate/leases/lease-rescuer.ts';
import { leasedVerdict } from '../../operate/leases/leased-verdict.ts';
import { takeWithin } from '../../operate/leases/take-within.ts';
import { presentExtended, presentTaken } from '../../wire/present-lease.ts';
import {
  DEFAULT_LEASE_MS,
  extendedLease,
  heartbeat,
  leaseParameter,
  newLease,
  takenJobs,
  takeRequest,
} from '../../wire/schemas/lease.ts';
import { refusals } from '../../wire/schemas/problem.ts';
import type { App, AppDependencies, AppEnv } from '../app-dependencies.ts';
import { callLease } from '../commands/call-lease.ts';
import { tellTaken } from '../events/tell-leases.ts';
import { workersOnly } from '../middleware/identify-caller.ts';
import { limitBodyTo } from '../middleware/limit-body.ts';

const STOPPED = { as: 'stopped', because: 'stopped' } as const;

/** For a request that need not name how many. */
const AS_MANY_AS_FIT = 100;

const OVER = 'The lease is over: its jobs are others’ now';

const leaseRoute = createRoute({
  method: 'post',
  path: '/v1/leases',
  tags: ['leases'],
  operationId: 'leaseJobs',
  summary: 'Take a lease, and jobs to run by it',
  description:
    'The lease is the worker’s, for as long as it is heard of: it takes more jobs by it. A worker that is not heard of for its duration is taken for dead, and its jobs go to others.',
  security: [{ bearer: [] }],
  middleware: [workersOnly, limitBodyTo(64)] as const,
  request: { body: { required: true, content: { 'application/json': { schema: newLease } } } },
  responses: {
    201: {
      description: 'The lease, with what jobs there are',
      content: { 'application/json': { schema: takenJobs } },
    },
    ...refusals({ 404: 'No such task or queue', 429: 'A thousand leases live in that queue' }),
  },
});

const takeRoute = createRoute({
  method: 'post',
  path: '/v1/leases/{id}/take',
  tags: ['leases'],
  operationId: 'takeJobs',
  summary: 'Take more jobs by a lease',
  description: 'One such request at a time; it renews the lease as a heartbeat does.',
  security: [{ bearer: [] }],
  middleware: [workersOnly, limitBodyTo(64)] as const,
  request: {
    params: leaseParameter,
    body: { required: true, content: { 'application/json': { schema: takeRequest } } },
  },
  responses: {
    200: {
      description: 'What jobs there are',
      content: { 'application/json': { schema: takenJobs } },
    },
    ...refusals({ 409: OVER }),
  },
});

const heartbeatRoute = createRoute({
  method: 'post',
  path: '/v1/leases/{id}/heartbeat',
  tags: ['leases'],
  operationId: 'extendLease',
  summary: 'Have a lease live on, and learn which runs to stop',
  description: 'A third of its duration is a good rhythm.',
  security: [{ bearer: [] }],
  middleware: [workersOnly, limitBodyTo(64)] as const,
  request: {
    params: leaseParameter,
    body: { required: true, content: { 'application/json': { schema: heartbeat } } },
  },
  responses: {
    200: { description: 'It lives', content: { 'application/json': { schema: extendedLease } } },
    ...refusals({ 409: OVER }),
  },
});

const endRoute = createRoute({
  method: 'delete',
  path: '/v1/leases/{id}',
  tags: ['leases'],
  operationId: 'endLease',
  summary: 'End a lease',
  description: 'What it still holds goes back as it was. A lease that is over stays so.',
  security: [{ bearer: [] }],
  middleware: [workersOnly, limitBodyTo(64)] as const,
  request: { params: leaseParameter },
  responses: { 204: { description: 'It is over' }, ...refusals() },
});

/** Jobs for workers over HTTP, from the begin of a worker to its end. */
export function addLeaseRoutes(app: App, deps: AppDependencies) {
  const { db, events, log, stopping } = deps;
  const watch = new DueWatch(db);
  const rescuer = new LeaseRescuer({
    db,
    stopping,
    onRescued: (rescue) => events.emit('runner.rescued', rescue),
    onError: (err) => log.warn({ err }, 'could not look for leases that ran out'),
  });
  const waiting = (c: Context<AppEnv>, waitMs = 0) => ({ watch, waitMs, signal: untilGone(c, stopping) });
  const isGone = (c: Context<AppEnv>) => c.req.raw.signal.aborted;
  return app
    .openapi(leaseRoute, async (c) => {
      const { wait, ...requested } = c.req.valid('json');
      rescuer.watch();
      await deps.beforeEnqueue?.(); // which announces the tasks
      const opened = await callLease(c, db, (tx) => openLease(tx, toRequest(requested))).catch(nameField);
      const again = { maxJobs: AS_MANY_AS_FIT, runs: [] };
      const taken = await takeWithin(
        opened,
        (id) => callLease(c, db, (tx) => takeJobs(tx, id, again)),
        waiting(c, wait),
      );
      if (isGone(c)) await endLease(db, taken.lease.id, STOPPED);
      else tellTaken(events, taken);
      return c.json(presentTaken(taken), 201);
    })
    .openapi(takeRoute, async (c) => {
      const { wait, runs, max_jobs: maxJobs = AS_MANY_AS_FIT } = c.req.valid('json');
      rescuer.watch();
      const take = (id: string) => callLease(c, db, (tx) => takeJobs(tx, id, { maxJobs, runs }));
      const first = await take(c.req.valid('param').id);
      const taken = await takeWithin(first, take, waiting(c, wait));
      if (isGone(c)) await handBack(db, taken);
      else tellTaken(events, taken);
      return c.json(presentTaken(taken), 200);
    })
    .openapi(heartbeatRoute, async (c) => {
      rescuer.watch();
      const { id } = c.req.valid('param');
      const { runs } = c.req.valid('json');
      return c.json(presentExtended(await callLease(c, db, (tx) => extendLease(tx, id, runs))), 200);
    })
    .openapi(endRoute, async (c) => {
      await endLease(db, c.req.valid('param').id, STOPPED);
      return c.body(null, 204);
    });
}

function toRequest(requested: Omit<z.output<typeof newLease>, 'wait'>): LeaseRequest {
  const { worker, tasks, queue, max_jobs: maxJobs = 1, duration: leaseMs = DEFAULT_LEASE_MS } = requested;
  return { worker, tasks, queue, maxJobs, leaseMs };
}

/** The worker left while it was given jobs: they go back as they were, rather than when nobody has named them for long. */
async function handBack(db: Database, { lease, jobs }: TakenJobs): Promise<void> {
  const failure = leasedVerdict({ outcome: 'return', error: { name: 'Error', message: 'its worker left' } });
  for (const { run } of jobs) await endLeasedRun(db, { lease: lease.id, run }, { failure });
}

/** What the database refused of a new lease, with the field that it is about. */
function nameField(error: unknown): never {
  if (!(error instanceof HowdahError)) throw error;
  const field = { unknown_task: 'tasks', unknown_queue: 'queue', invalid_options: 'tasks' }[error.code];
  if (field === undefined) throw error;
  const code = error.code === 'invalid_options' ? 'invalid_request' : error.kind;
  const message = error.message.replace(/^tasks: /, '');
  throw new HowdahError(code, { detail: error.message, fields: [{ field, message }], cause: error });
}

/** Fires when the worker goes away or the service stops. */
function untilGone(c: Context<AppEnv>, stopping: AbortSignal | undefined): AbortSignal {
  const { signal } = c.req.raw;
  return stopping ? AbortSignal.any([signal, stopping]) : signal;
}
