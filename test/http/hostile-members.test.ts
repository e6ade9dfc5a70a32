import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { ApiDocument } from './fuzz-requests.ts';
import { hostileBodies } from './hostile-members.ts';
import { openApi, type TestApi } from './open-api.ts';

let api: TestApi;
before(async () => {
  api = await openApi();
});
after(() => api.drop());

test('a member that cannot be made text is refused or taken as it is, wherever a body has one', async () => {
  const { id } = await api.enqueue();
  const document = await api.json<ApiDocument>(200, 'GET', '/openapi.json');
  const tried: string[] = [];
  for (const [path, operations] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      const address = path.replace(/\{(\w+)\}/g, (_, name) => (name === 'id' ? id : 'default'));
      for (const { at, body } of hostileBodies(document, operation)) {
        tried.push(`${method} ${path} ${at}`);
        const answer = await api.send(method.toUpperCase(), address, { body: JSON.stringify(body) });
        const text = await answer.text();
        assert.ok(answer.status < 500, `${tried.at(-1)} ${JSON.stringify(body)}: ${answer.status} ${text}`);
      }
    }
  }
  for (const place of ['post /v1/jobs run_at', 'post /v1/jobs/bulk/discard filter.created_before'])
    assert.ok(tried.includes(place), `${place} is not among ${[...new Set(tried)].join(', ')}`);
});
