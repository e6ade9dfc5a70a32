import { createRoute, z } from '@hono/zod-openapi';
import { HowdahError } from '../../errors.ts';
import { readCanaries } from '../../look/canaries.ts';
import { readFailure, readFailures } from '../../look/failure-groups.ts';
import { startCanary } from '../../operate/start-canary.ts';
import { presentCanary, presentFailure } from '../../wire/present-failure.ts';
import {
  canary,
  canaryRequest,
  failureDetail,
  failureGroups,
  failureParameter,
  failureQuery,
} from '../../wire/schemas/failure.ts';
import { idempotencyKey } from '../../wire/schemas/idempotency-key.ts';
import { refusals } from '../../wire/schemas/problem.ts';
import type { App, AppDependencies } from '../app-dependencies.ts';
import { mutate } from '../commands/mutate.ts';
import { allowNoBody } from '../middleware/allow-no-body.ts';
import { operatorsOnly, readersOnly } from '../middleware/identify-caller.ts';

const listRoute = createRoute({
  method: 'get',
  path: '/v1/failures',
  tags: ['failures'],
  operationId: 'listFailures',
  summary: 'Jobs that failed, grouped by task and error, the largest group first',
  description:
    'Those that are discarded, or failed and have not ended. Numbers, ids, addresses and quoted texts are taken out of an error first. `failure` of a filter finds the jobs of a group, and acts on them.',
  security: [{ bearer: [] }],
  middleware: readersOnly,
  request: { query: failureQuery },
  responses: {
    200: { description: 'The groups', content: { 'application/json': { schema: failureGroups } } },
    ...refusals(),
  },
});

const getRoute = createRoute({
  method: 'get',
  path: '/v1/failures/{id}',
  tags: ['failures'],
  operationId: 'getFailure',
  summary: 'One group of failures, with its canaries and how they went',
  description: 'Also when none of its jobs fails by now, for as long as a canary of it is kept: 90 days.',
  security: [{ bearer: [] }],
  middleware: readersOnly,
  request: { params: failureParameter },
  responses: {
    200: { description: 'The group', content: { 'application/json': { schema: failureDetail } } },
    ...refusals({ 404: 'No job fails like that, and there was no canary' }),
  },
});

const readCanaryRoute = createRoute({
  method: 'get',
  path: '/v1/failures/{id}/canary',
  tags: ['failures'],
  operationId: 'getCanary',
  summary: 'The latest canary of a group, and how it went',
  description: 'What a job was when it ended stays, whatever becomes of it later.',
  security: [{ bearer: [] }],
  middleware: readersOnly,
  request: { params: failureParameter },
  responses: {
    200: { description: 'It', content: { 'application/json': { schema: z.object({ canary }) } } },
    ...refusals({ 404: 'There was none' }),
  },
});

const startCanaryRoute = createRoute({
  method: 'post',
  path: '/v1/failures/{id}/canary',
  tags: ['failures'],
  operationId: 'startCanary',
  summary: 'Retry the newest discarded jobs of a group before the others',
  description:
    'And remember which they were. Retry all with `failure` in the filter of POST /v1/jobs/bulk/retry when they went well.',
  security: [{ bearer: [] }],
  middleware: [operatorsOnly, allowNoBody] as const,
  request: {
    params: failureParameter,
    headers: idempotencyKey,
    body: { required: false, content: { 'application/json': { schema: canaryRequest } } },
  },
  responses: {
    200: { description: 'Started', content: { 'application/json': { schema: z.object({ canary }) } } },
    ...refusals({ 409: 'No job of it is discarded and can be retried' }),
  },
});

/** Failures by their cause, and what becomes of some of them before all are retried. */
export function addFailureRoutes(app: App, { db }: AppDependencies) {
  return app
    .openapi(listRoute, async (c) => {
      const { limit } = c.req.valid('query');
      const { groups, isCapped } = await readFailures(db, { maxGroups: limit });
      return c.json({ failures: groups.map(presentFailure), capped: isCapped }, 200);
    })
    .openapi(getRoute, async (c) => {
      const { id } = c.req.valid('param');
      const [group, canaries] = [await readFailure(db, id), await readCanaries(db, id)];
      if (!group && canaries.length === 0) throw failureNotFound(id);
      const failure = group ? presentFailure(group) : null;
      return c.json({ failure, canaries: canaries.map(presentCanary) }, 200);
    })
    .openapi(readCanaryRoute, async (c) => {
      const { id } = c.req.valid('param');
      const [latest] = await readCanaries(db, id);
      if (!latest) throw new HowdahError('not_found', { detail: `There was no canary of failure ${id}` });
      return c.json({ canary: presentCanary(latest) }, 200);
    })
    .openapi(startCanaryRoute, async (c) => {
      const { id } = c.req.valid('param');
      const asked = c.req.valid('json');
      const body = await mutate(c, db, async (tx) => ({
        canary: presentCanary(await startCanary(tx, id, asked)),
      }));
      return c.json(body, 200);
    });
}

function failureNotFound(id: string): HowdahError {
  const detail = `No job fails like ${id}: none did, or those that did were retried or removed`;
  return new HowdahError('not_found', { detail });
}
