import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { type ApiDocument, type FuzzedRequest, fuzzedRequests } from './fuzz-requests.ts';
import { openApi, type TestApi } from './open-api.ts';

const RUNS_PER_ROUTE = 25;

let api: TestApi;
let document: ApiDocument;
let ids: string[];
before(async () => {
  api = await openApi();
  document = await api.json<ApiDocument>(200, 'GET', '/openapi.json');
  const jobs = [
    await api.enqueue(),
    await api.enqueue({ delay: '1h' }),
    await api.enqueue({ sequence: 's' }),
  ];
  await api.send('POST', `/v1/jobs/${jobs[0]?.id}/cancel`);
  ids = [...jobs.map(({ id }) => id), 'default', 'critical', 'ada'];
});
after(() => api.drop());

/** A wait would take its time, and the stream does not end. */
function isQuick({ path }: FuzzedRequest): boolean {
  return !path.includes('wait=');
}

async function check({ method, path, headers, body }: FuzzedRequest): Promise<number> {
  const type = body === undefined ? {} : { 'Content-Type': 'application/json' };
  const response = await api.send(method, path, {
    headers: { ...type, ...headers },
    ...(body === undefined ? {} : { body }),
  });
  const text = await response.text();
  assert.ok(response.status < 500, `${response.status} ${text}`);
  if (response.status >= 400) {
    assert.equal(response.headers.get('Content-Type'), 'application/problem+json');
    const problem = JSON.parse(text) as { code: string; errors: { field: string }[] };
    assert.ok(problem.code && problem.errors.every(({ field }) => field !== ''), text);
  }
  return response.status;
}

test('no request that can be made from the OpenAPI document is answered with 5xx, and many are served', async () => {
  const operations = Object.entries(document.paths)
    .filter(([path]) => path.startsWith('/v1/') && path !== '/v1/events')
    .flatMap(([path, item]) => Object.keys(item).map((method) => ({ path, method })));
  assert.ok(operations.length > 20);
  const served = new Set<string>();
  for (const operation of operations) {
    const property = fc.asyncProperty(
      fuzzedRequests(document, operation, ids).filter(isQuick),
      async (request) => {
        if ((await check(request)) < 300) served.add(`${operation.method} ${operation.path}`);
      },
    );
    await fc.assert(property, { numRuns: RUNS_PER_ROUTE, endOnFailure: true });
  }
  assert.ok(served.size > operations.length / 3, `only these were ever served: ${[...served].join(', ')}`);
});
