import { createRoute, z } from '@hono/zod-openapi';
import type { SqlClient } from '../../db/sql-client.ts';

import { readSources } from '../../look/sources.ts';
import { acceptSource, pauseSource, resumeSource } from '../../operate/source-commands.ts';
import { presentSource } from '../../wire/present-source.ts';
import { idempotencyKey } from '../../wire/schemas/idempotency-key.ts';
import { refusals } from '../../wire/schemas/problem.ts';
import { pauseRequest } from '../../wire/schemas/queue.ts';
import { source, sourceParameter } from '../../wire/schemas/source.ts';
import { refuseUnknown } from '../answers/refuse-unknown.ts';
import type { App, AppDependencies } from '../app-dependencies.ts';
import { mutate } from '../commands/mutate.ts';
import { allowNoBody } from '../middleware/allow-no-body.ts';
import { operatorsOnly, readersOnly } from '../middleware/identify-caller.ts';

const oneSource = { content: { 'application/json': { schema: z.object({ source }) } } };
const NO_SOURCE = { 404: 'No such source' };

const listRoute = createRoute({
  method: 'get',
  path: '/v1/sources',
  tags: ['sources'],
  operationId: 'listSources',
  summary: 'Where messages come from that become jobs',
  description: 'Each with what was taken of it, what waits, and what is in its way.',
  security: [{ bearer: [] }],
  middleware: readersOnly,
  responses: {
    200: {
      description: 'By name',
      content: { 'application/json': { schema: z.object({ sources: z.array(source) }) } },
    },
    ...refusals(),
  },
});

const getRoute = createRoute({
  method: 'get',
  path: '/v1/sources/{name}',
  tags: ['sources'],
  operationId: 'getSource',
  summary: 'One source',
  description: 'The same as in the list of all.',
  security: [{ bearer: [] }],
  middleware: readersOnly,
  request: { params: sourceParameter },
  responses: { 200: { description: 'The source', ...oneSource }, ...refusals(NO_SOURCE) },
});

const pauseRoute = createRoute({
  method: 'post',
  path: '/v1/sources/{name}/pause',
  tags: ['sources'],
  operationId: 'pauseSource',
  summary: 'Make no jobs of its messages until resumed',
  description: 'They wait at the broker. It holds for every worker, also one that starts later.',
  security: [{ bearer: [] }],
  middleware: [operatorsOnly, allowNoBody] as const,
  request: {
    params: sourceParameter,
    headers: idempotencyKey,
    body: { required: false, content: { 'application/json': { schema: pauseRequest } } },
  },
  responses: { 200: { description: 'Paused', ...oneSource }, ...refusals(NO_SOURCE) },
});

const resumeRoute = createRoute({
  method: 'post',
  path: '/v1/sources/{name}/resume',
  tags: ['sources'],
  operationId: 'resumeSource',
  summary: 'Make jobs of its messages again',
  description: 'A source that is not paused stays as it is.',
  security: [{ bearer: [] }],
  middleware: operatorsOnly,
  request: { params: sourceParameter, headers: idempotencyKey },
  responses: { 200: { description: 'Not paused', ...oneSource }, ...refusals(NO_SOURCE) },
});

const acceptRoute = createRoute({
  method: 'post',
  path: '/v1/sources/{name}/accept',
  tags: ['sources'],
  operationId: 'acceptSource',
  summary: 'Go on with a topic as it is, which was refused',
  description:
    'Of a topic that was made anew every message is read, from the first on; of one that has lost its end what comes from there on.',
  security: [{ bearer: [] }],
  middleware: operatorsOnly,
  request: { params: sourceParameter, headers: idempotencyKey },
  responses: {
    200: { description: 'Accepted', ...oneSource },
    ...refusals({ ...NO_SOURCE, 409: 'It is not refused' }),
  },
});

/** Looking at where messages come from, and holding them back. */
export function addSourceRoutes(app: App, { db }: AppDependencies) {
  return app
    .openapi(listRoute, async (c) => c.json({ sources: (await readSources(db)).map(presentSource) }, 200))
    .openapi(getRoute, async (c) => c.json(await read(db, c.req.valid('param').name), 200))
    .openapi(pauseRoute, async (c) => {
      const { name } = c.req.valid('param');
      const { reason } = c.req.valid('json');
      const body = await mutate(c, db, async (tx) => {
        await pauseSource(tx, name, reason === undefined ? 'admin' : `admin: ${reason}`);
        return read(tx, name);
      });
      return c.json(body, 200);
    })
    .openapi(resumeRoute, async (c) => {
      const { name } = c.req.valid('param');
      const body = await mutate(c, db, async (tx) => {
        await resumeSource(tx, name);
        return read(tx, name);
      });
      return c.json(body, 200);
    })
    .openapi(acceptRoute, async (c) => {
      const { name } = c.req.valid('param');
      const body = await mutate(c, db, async (tx) => {
        await acceptSource(tx, name);
        return read(tx, name);
      });
      return c.json(body, 200);
    });
}

async function read(client: SqlClient, name: string) {
  const found = (await readSources(client)).find((each) => each.name === name);
  if (!found) return refuseUnknown(client, 'source', name);
  return { source: presentSource(found) };
}
