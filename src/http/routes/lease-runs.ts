import { createRoute } from '@hono/zod-openapi';
import { endLeasedRun, reportLeasedProgress } from '../../operate/leases/lease-calls.ts';
import { leasedVerdict } from '../../operate/leases/leased-verdict.ts';
import { encodeSentResult } from '../../wire/encode-sent-result.ts';
import { presentEnded } from '../../wire/present-lease.ts';
import {
  completion,
  endedRun,
  failure,
  leasedRunParameter,
  progress,
  reportedProgress,
} from '../../wire/schemas/lease.ts';
import { refusals } from '../../wire/schemas/problem.ts';
import type { App, AppDependencies } from '../app-dependencies.ts';
import { callLease } from '../commands/call-lease.ts';
import { tellEnded } from '../events/tell-leases.ts';
import { allowNoBody } from '../middleware/allow-no-body.ts';
import { workersOnly } from '../middleware/identify-caller.ts';
import { keepNumbers } from '../middleware/keep-numbers.ts';
import { limitBodyTo } from '../middleware/limit-body.ts';

/** A result of 1 MiB, with what is around it, and escapes. */
const RESULT_KIB = 2048;
/** The longest texts of an error, each sign of which may be sent as two escapes. */
const ERROR_KIB = 256;

const LOST = 'The lease is over (lease_lost), or the run is not its any more (run_lost); nothing was changed';

const completeRoute = createRoute({
  method: 'post',
  path: '/v1/leases/{id}/runs/{run}/complete',
  tags: ['leases'],
  operationId: 'completeRun',
  summary: 'Complete a leased job, with its result',
  description: 'Sent again, as when the answer was lost, it changes nothing and is answered alike.',
  security: [{ bearer: [] }],
  middleware: [workersOnly, limitBodyTo(RESULT_KIB), allowNoBody, keepNumbers] as const,
  request: {
    params: leasedRunParameter,
    body: { required: false, content: { 'application/json': { schema: completion } } },
  },
  responses: {
    200: { description: 'What the job is by that', content: { 'application/json': { schema: endedRun } } },
    ...refusals({ 409: LOST }),
  },
});

const failRoute = createRoute({
  method: 'post',
  path: '/v1/leases/{id}/runs/{run}/fail',
  tags: ['leases'],
  operationId: 'failRun',
  summary: 'End a leased run otherwise: retry, discard, cancel, snooze, return',
  description: 'What a handler can throw. Sent again, it changes nothing and is answered alike.',
  security: [{ bearer: [] }],
  middleware: [workersOnly, limitBodyTo(ERROR_KIB), allowNoBody] as const,
  request: {
    params: leasedRunParameter,
    body: { required: false, content: { 'application/json': { schema: failure } } },
  },
  responses: {
    200: { description: 'What the job is by that', content: { 'application/json': { schema: endedRun } } },
    ...refusals({ 409: LOST }),
  },
});

const progressRoute = createRoute({
  method: 'post',
  path: '/v1/leases/{id}/runs/{run}/progress',
  tags: ['leases'],
  operationId: 'reportProgress',
  summary: 'Tell how far a leased run is, and learn whether to stop',
  description: 'The lease lives on by it. Once a second is often enough.',
  security: [{ bearer: [] }],
  middleware: [workersOnly, limitBodyTo(64)] as const,
  request: {
    params: leasedRunParameter,
    body: { required: true, content: { 'application/json': { schema: progress } } },
  },
  responses: {
    200: { description: 'Stored', content: { 'application/json': { schema: reportedProgress } } },
    ...refusals({ 409: LOST }),
  },
});

/** What a worker over HTTP says of its runs. */
export function addLeaseRunRoutes(app: App, { db, events }: AppDependencies) {
  return app
    .openapi(completeRoute, async (c) => {
      const { id: lease, run } = c.req.valid('param');
      const result = encodeSentResult(c.req.valid('json').result);
      const ended = await callLease(c, db, (tx) => endLeasedRun(tx, { lease, run }, { result }));
      tellEnded(events, ended);
      return c.json(presentEnded(ended), 200);
    })
    .openapi(failRoute, async (c) => {
      const { id: lease, run } = c.req.valid('param');
      const { outcome = 'retry', after: delayMs, error = {} } = c.req.valid('json');
      const told = { name: 'Error', message: '', ...error };
      const said = { outcome, delayMs, error: { ...told, message: told.message || WORDLESS } };
      const ended = await callLease(c, db, (tx) =>
        endLeasedRun(tx, { lease, run }, { failure: leasedVerdict(said) }),
      );
      tellEnded(events, ended, said);
      return c.json(presentEnded(ended), 200);
    })
    .openapi(progressRoute, async (c) => {
      const { id: lease, run } = c.req.valid('param');
      const isCancelled = await callLease(c, db, (tx) =>
        reportLeasedProgress(tx, { lease, run }, c.req.valid('json')),
      );
      return c.json({ is_cancelled: isCancelled }, 200);
    });
}

const WORDLESS = 'its worker gave no reason';
