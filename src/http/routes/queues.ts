import { createRoute, z } from '@hono/zod-openapi';
import type { SqlClient } from '../../db/sql-client.ts';

import { readQueueStats } from '../../look/queue-stats.ts';
import { createThroughputMeter } from '../../look/throughput.ts';
import { pauseQueue, removeQueue, resumeQueue, setFleetConcurrency } from '../../operate/queue-commands.ts';
import { presentQueue } from '../../wire/present-queue.ts';
import { idempotencyKey, idempotencyKeyParameter } from '../../wire/schemas/idempotency-key.ts';
import { refusals } from '../../wire/schemas/problem.ts';
import {
  pauseRequest,
  queue,
  queueChange,
  queueParameter,
  queueRemoval,
  removedQueue,
} from '../../wire/schemas/queue.ts';
import { refuseUnknown } from '../answers/refuse-unknown.ts';
import type { App, AppDependencies } from '../app-dependencies.ts';
import { mutate } from '../commands/mutate.ts';
import { allowNoBody } from '../middleware/allow-no-body.ts';
import { operatorsOnly, readersOnly } from '../middleware/identify-caller.ts';

const oneQueue = { content: { 'application/json': { schema: z.object({ queue }) } } };
const NO_QUEUE = { 404: 'No such queue' };

const listRoute = createRoute({
  method: 'get',
  path: '/v1/queues',
  tags: ['queues'],
  operationId: 'listQueues',
  summary: 'Every queue with its depth by state',
  description: 'With what its workers do at the moment, all processes together.',
  security: [{ bearer: [] }],
  middleware: readersOnly,
  responses: {
    200: {
      description: 'By name',
      content: { 'application/json': { schema: z.object({ queues: z.array(queue) }) } },
    },
    ...refusals(),
  },
});

const getRoute = createRoute({
  method: 'get',
  path: '/v1/queues/{name}',
  tags: ['queues'],
  operationId: 'getQueue',
  summary: 'One queue',
  description: 'The same as in the list of all.',
  security: [{ bearer: [] }],
  middleware: readersOnly,
  request: { params: queueParameter },
  responses: { 200: { description: 'The queue', ...oneQueue }, ...refusals(NO_QUEUE) },
});

const pauseRoute = createRoute({
  method: 'post',
  path: '/v1/queues/{name}/pause',
  tags: ['queues'],
  operationId: 'pauseQueue',
  summary: 'Hand out no job until resumed; running ones finish',
  description:
    'Jobs can still be enqueued; they wait. It holds for every worker, also one that starts later.',
  security: [{ bearer: [] }],
  middleware: [operatorsOnly, allowNoBody] as const,
  request: {
    params: queueParameter,
    headers: idempotencyKey,
    body: { required: false, content: { 'application/json': { schema: pauseRequest } } },
  },
  responses: { 200: { description: 'Paused', ...oneQueue }, ...refusals(NO_QUEUE) },
});

const resumeRoute = createRoute({
  method: 'post',
  path: '/v1/queues/{name}/resume',
  tags: ['queues'],
  operationId: 'resumeQueue',
  summary: 'Hand out jobs again',
  description: 'A queue that is not paused stays as it is.',
  security: [{ bearer: [] }],
  middleware: operatorsOnly,
  request: { params: queueParameter, headers: idempotencyKey },
  responses: { 200: { description: 'Not paused', ...oneQueue }, ...refusals(NO_QUEUE) },
});

const changeRoute = createRoute({
  method: 'patch',
  path: '/v1/queues/{name}',
  tags: ['queues'],
  operationId: 'changeQueue',
  summary: 'Limit how many jobs run at once in all processes together',
  description: 'null takes the limit away; then each worker runs as many as it was started with.',
  security: [{ bearer: [] }],
  middleware: operatorsOnly,
  parameters: [idempotencyKeyParameter],
  request: {
    params: queueParameter,
    body: { required: true, content: { 'application/json': { schema: queueChange } } },
  },
  responses: { 200: { description: 'Changed', ...oneQueue }, ...refusals(NO_QUEUE) },
});

const removeRoute = createRoute({
  method: 'delete',
  path: '/v1/queues/{name}',
  tags: ['queues'],
  operationId: 'removeQueue',
  summary: 'Take a queue away that nothing uses',
  description:
    'Its finished jobs stay, and are found as before. Whoever has it in QUEUES, or a task at home there, makes it again.',
  security: [{ bearer: [] }],
  middleware: operatorsOnly,
  parameters: [idempotencyKeyParameter],
  request: { params: queueParameter, query: queueRemoval },
  responses: {
    200: { description: 'It is gone', content: { 'application/json': { schema: removedQueue } } },
    ...refusals({ ...NO_QUEUE, 409: 'Jobs, workers, tasks or schedules use it: `detail` has all that do' }),
  },
});

/** Looking at queues, and holding them back. */
export function addQueueRoutes(app: App, { db }: AppDependencies) {
  const measure = createThroughputMeter();
  return app
    .openapi(listRoute, async (c) => {
      const queues = await readQueueStats(db);
      const throughputs = measure(queues);
      return c.json({ queues: queues.map((each) => presentQueue(each, throughputs.get(each.queue))) }, 200);
    })
    .openapi(getRoute, async (c) => c.json(await read(db, c.req.valid('param').name), 200))
    .openapi(pauseRoute, async (c) => {
      const { name } = c.req.valid('param');
      const { reason } = c.req.valid('json');
      const body = await mutate(c, db, async (tx) => {
        await pauseQueue(tx, name, reason === undefined ? 'admin' : `admin: ${reason}`);
        return read(tx, name);
      });
      return c.json(body, 200);
    })
    .openapi(resumeRoute, async (c) => {
      const { name } = c.req.valid('param');
      const body = await mutate(c, db, async (tx) => {
        await resumeQueue(tx, name);
        return read(tx, name);
      });
      return c.json(body, 200);
    })
    .openapi(changeRoute, async (c) => {
      const { name } = c.req.valid('param');
      const { fleet_concurrency: runs } = c.req.valid('json');
      const body = await mutate(c, db, async (tx) => {
        await setFleetConcurrency(tx, name, runs);
        return read(tx, name);
      });
      return c.json(body, 200);
    })
    .openapi(removeRoute, async (c) => {
      const { name } = c.req.valid('param');
      const isForced = c.req.valid('query').force === 'true';
      const body = await mutate(c, db, async (tx) => ({
        cancelled: await removeQueue(tx, name, { isForced }),
      }));
      return c.json(body, 200);
    });

  async function read(client: SqlClient, name: string) {
    const queues = await readQueueStats(client);
    const throughputs = measure(queues);
    const found = queues.find(({ queue }) => queue === name);
    if (!found) return refuseUnknown(client, 'queue', name);
    return { queue: presentQueue(found, throughputs.get(name)) };
  }
}
