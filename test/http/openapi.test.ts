import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openApi, type TestApi } from './open-api.ts';

let api: TestApi;
before(async () => {
  api = await openApi();
});
after(() => api.drop());

interface Operation {
  operationId?: string;
  parameters?: { name: string; schema: Record<string, unknown>; [field: string]: unknown }[];
  security?: object[];
  responses: Record<string, object>;
}

interface Document {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, object>; securitySchemes: object };
}

const ROUTES = [
  ...[
    'post /v1/jobs',
    'post /v1/jobs/batch',
    'get /v1/jobs',
    'get /v1/jobs/{id}',
    'get /v1/jobs/{id}/explain',
  ],
  ...['retry', 'cancel', 'run-now', 'reschedule', 'discard'].map((name) => `post /v1/jobs/{id}/${name}`),
  ...['retry', 'cancel', 'run-now', 'discard'].map((name) => `post /v1/jobs/bulk/${name}`),
  ...['get /v1/queues', 'get /v1/queues/{name}', 'patch /v1/queues/{name}', 'delete /v1/queues/{name}'],
  ...['get /v1/sources', 'get /v1/sources/{name}', 'post /v1/sources/{name}/accept'],
  ...['post /v1/sources/{name}/pause', 'post /v1/sources/{name}/resume'],
  ...['post /v1/queues/{name}/pause', 'post /v1/queues/{name}/resume'],
  ...[
    'get /v1/charts',
    'post /v1/jobs/{id}/enqueue-again',
    'get /v1/jobs/{id}/related',
    'get /v1/failures',
    'get /v1/failures/{id}',
    'get /v1/failures/{id}/canary',
    'post /v1/failures/{id}/canary',
  ],
  ...[
    'post /v1/leases',
    'post /v1/leases/{id}/take',
    'post /v1/leases/{id}/heartbeat',
    'delete /v1/leases/{id}',
  ],
  ...['complete', 'fail', 'progress'].map((name) => `post /v1/leases/{id}/runs/{run}/${name}`),
  ...['get /v1/workers', 'get /v1/tasks', 'get /v1/schedules', 'get /v1/users/{account}'],
];

/** Every value of a member of this name, however deep. */
function membersNamed(name: string, part: unknown): unknown[] {
  if (typeof part !== 'object' || part === null) return [];
  return Object.entries(part).flatMap(([key, value]) => [
    ...(key === name ? [value] : []),
    ...membersNamed(name, value),
  ]);
}

describe('/openapi.json', () => {
  test('is an OpenAPI 3.1 document that has every route, each with what it refuses', async () => {
    const document = await api.json<Document>(200, 'GET', '/openapi.json', { token: 'none' });
    assert.match(document.openapi, /^3\.1\./);
    for (const route of ROUTES) {
      const [method = '', path = ''] = route.split(' ');
      const operation = document.paths[path]?.[method];
      assert.ok(operation, `${route} is missing`);
      assert.ok(operation.responses['401'], `${route} does not say 401`);
      assert.deepEqual(operation.security, [{ bearer: [] }]);
    }
    assert.deepEqual(Object.keys(document.components.securitySchemes), ['bearer']);
  });

  test('names every operation, each by another name', async () => {
    const { paths } = await api.json<Document>(200, 'GET', '/openapi.json');
    const names = Object.values(paths).flatMap((path) => Object.values(path).map((each) => each.operationId));
    for (const name of names) assert.match(name ?? '', /^[a-z]+([A-Z][a-z]+)*$/);
    assert.equal(new Set(names).size, names.length);
    for (const name of [
      'enqueueJob',
      'listJobs',
      'getJob',
      'retryJob',
      'pauseQueue',
      'leaseJobs',
      'completeRun',
      'signUp',
    ])
      assert.ok(names.includes(name), name);
  });

  test('says of every route whether it takes a token', async () => {
    const { paths } = await api.json<Document>(200, 'GET', '/openapi.json');
    for (const [path, operations] of Object.entries(paths)) {
      for (const [method, { security, responses }] of Object.entries(operations))
        assert.deepEqual(security, responses['401'] ? [{ bearer: [] }] : [], `${method} ${path}`);
    }
  });

  test('has patterns that mean the same with the flag u and without it', async () => {
    const document = await api.json<Document>(200, 'GET', '/openapi.json');
    const patterns = membersNamed('pattern', document).filter((each) => typeof each === 'string');
    assert.ok(patterns.length > 10);
    for (const pattern of patterns) {
      assert.doesNotMatch(pattern, /\/[a-z]*$|\\p\{/i);
      assert.doesNotThrow(() => [new RegExp(pattern), new RegExp(pattern, 'u')]);
    }
  });

  test('has no default in a body, which generators take for a field that must be there', async () => {
    const { components } = await api.json<Document>(200, 'GET', '/openapi.json');
    assert.deepEqual(membersNamed('default', components.schemas), []);
  });

  test('says that states in an address are given once for each, as generated clients do', async () => {
    const { paths } = await api.json<Document>(200, 'GET', '/openapi.json');
    const parameters = paths['/v1/jobs']?.['get']?.parameters;
    const { schema, ...state } = parameters?.find(({ name }) => name === 'state') ?? assert.fail('no state');
    assert.deepEqual([state['style'], state['explode']], ['form', true]);
    assert.deepEqual(schema['items'], { $ref: '#/components/schemas/JobState' });
  });

  test('refers to nothing that it does not have', async () => {
    const text = await (await api.send('GET', '/openapi.json')).text();
    const { components } = JSON.parse(text) as Document;
    const names = [...text.matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name = '']) => name);
    assert.ok(names.includes('Job') && names.includes('NewJob') && names.includes('Problem'));
    for (const name of names) assert.ok(components.schemas[name], `${name} is missing`);
  });
});

describe('/docs', () => {
  test('shows every route and asks for nothing from elsewhere', async () => {
    const response = await api.send('GET', '/docs', { token: 'none' });
    assert.equal(response.status, 200);
    const page = await response.text();
    for (const route of ROUTES) {
      const [method = '', path = ''] = route.split(' ');
      assert.ok(page.includes(`${method.toUpperCase()} ${path}`), route);
    }
    assert.doesNotMatch(page, /(src|href)="(https?:)?\/\//);
    assert.doesNotMatch(page, /<script/);
  });

  test('leads only to what is on the page', async () => {
    const page = await (await api.send('GET', '/docs')).text();
    const targets = [...page.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id);
    assert.ok(targets.length > ROUTES.length);
    for (const id of targets) assert.ok(page.includes(`id="${id}"`), `#${id} is missing`);
  });
});
