import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createHttpHandler, type HttpHandler } from '../../../src/http.ts';
import { createLogger } from '../../../src/observability/logger.ts';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.ts';
import { waitFor } from '../../support/wait-for.ts';
import { readProblem } from '../open-app.ts';
import { readEvents } from '../read-events.ts';

/** A server of somebody else's that has Howdah at /howdah, and where to send requests to it. */
export interface Host {
  /** @param path below the root of the host */
  send(path: string, init?: RequestInit): Promise<Response>;
  /** As browsers see it. */
  readonly origin: string;
  close?(): Promise<void>;
}

const TOKEN = 'of-the-operators';
const BEARER = { Authorization: `Bearer ${TOKEN}` };
const JSON_TYPE = { 'Content-Type': 'application/json' };
const JOB = { task: 'send_welcome_email', payload: { user_account: 'ada' }, delay: '1h' };

function post(body: unknown, headers: Record<string, string> = {}): RequestInit {
  return { method: 'POST', headers: { ...BEARER, ...JSON_TYPE, ...headers }, body: JSON.stringify(body) };
}

/** What holds of Howdah at /howdah of any host. */
export function describeHost(name: string, start: (handler: HttpHandler) => Promise<Host>): void {
  describe(`at /howdah in ${name}`, () => {
    let database: TestDatabase;
    let handler: HttpHandler;
    let host: Host;
    /** Ids of the requests whose login was asked for. */
    const asked: string[] = [];
    const logLines: string[] = [];
    before(async () => {
      database = await createTestDatabase();
      handler = createHttpHandler({
        connectionString: database.connectionString,
        adminToken: TOKEN,
        authorize(request) {
          asked.push(request.headers.get('X-Request-Id') ?? '');
          return request.headers.get('Cookie') === 'session=ada' ? 'admin' : undefined;
        },
        log: createLogger({ destination: { write: (line) => void logLines.push(line) } }),
      });
      host = await start(handler);
    });
    after(async () => {
      await handler.close();
      await host.close?.();
      await database.drop();
    });

    test('a job is enqueued, and its Location leads to it', async () => {
      const answer = await host.send('/howdah/v1/jobs', post(JOB));
      const text = await answer.text();
      assert.equal(answer.status, 201, text);
      const { job } = JSON.parse(text) as { job: { id: string } };
      assert.equal(answer.headers.get('Location'), `/howdah/v1/jobs/${job.id}`);
      const found = await host.send(`/howdah/v1/jobs/${job.id}`, { headers: BEARER });
      assert.equal(found.status, 200);
      assert.deepEqual(((await found.json()) as { job: { payload: unknown } }).job.payload, JOB.payload);
    });

    test('a body that is no JSON, and one that is too large, are refused', async () => {
      const broken = await host.send('/howdah/v1/jobs', { ...post({}), body: '{"task":' });
      assert.equal(broken.status, 400);
      await broken.arrayBuffer();
      const large = { ...JOB, payload: { user_account: 'a'.repeat(2 ** 20) } };
      const refused = await host.send('/howdah/v1/jobs', post(large));
      assert.equal(refused.status, 413);
      await refused.arrayBuffer();
    });

    test('a command without a body is done', async () => {
      const id = await enqueue();
      const done = await host.send(`/howdah/v1/jobs/${id}/cancel`, { method: 'POST', headers: BEARER });
      assert.equal(done.status, 200, await done.text());
    });

    test('PUT, PATCH and DELETE arrive as what they are', async () => {
      for (const method of ['PUT', 'PATCH', 'DELETE']) {
        const answer = await host.send('/howdah/v1/jobs', { method, headers: BEARER });
        assert.equal(answer.status, 405, method);
        assert.match((await readProblem(answer)).detail, new RegExp(`received ${method}`));
      }
    });

    test('nobody gets in without a token or a login, and a problem names its address', async () => {
      const problem = await readProblem(await host.send('/howdah/v1/queues'));
      assert.deepEqual([problem.status, problem.instance], [401, '/howdah/v1/queues']);
      const known = await host.send('/howdah/v1/queues', { headers: { Cookie: 'session=ada' } });
      assert.equal(known.status, 200);
      await known.arrayBuffer();
    });

    test('a page of the host itself changes something, one of another site does not', async () => {
      const from = async (origin: string) => {
        const { Authorization: _, ...headers } = { ...BEARER, ...JSON_TYPE, Cookie: 'session=ada' };
        const sent = { ...post(JOB), headers: { ...headers, Origin: origin } };
        const answer = await host.send('/howdah/v1/jobs', sent);
        await answer.arrayBuffer();
        return answer.status;
      };
      assert.deepEqual([await from(host.origin), await from('https://evil.example')], [201, 403]);
    });

    for (const path of ['/howdah', '/howdah/', '/howdah/docs', '/howdah/nope/at/all']) {
      test(`the page ${path} leads only to what is there`, async () => {
        const { answer, at } = await browse(path);
        const page = await answer.text();
        const links = [...page.matchAll(/ (?:href|src|action)="([^"#][^"]*)"/g)]
          .map(([, link = '']) => new URL(link, at))
          .filter(({ protocol }) => protocol !== 'data:');
        assert.ok(
          links.some(({ pathname }) => /^\/howdah\/assets\/(howdah|dashboard)\.css$/.test(pathname)),
          page,
        );
        for (const { pathname } of links.filter((link) => !link.pathname.endsWith('/language'))) {
          const { answer: found } = await browse(pathname);
          await found.arrayBuffer();
          assert.equal(found.status, 200, pathname);
        }
      });
    }

    test('the OpenAPI document leads back to where it came from', async () => {
      const document = (await (await host.send('/howdah/openapi.json')).json()) as {
        servers: { url: string }[];
      };
      const [{ url } = { url: '' }] = document.servers;
      const there = new URL(url, new URL('/howdah/openapi.json', host.origin));
      assert.equal(there.href, new URL('/howdah', host.origin).href);
    });

    test('health, readiness and metrics are told', async () => {
      for (const [path, status] of [
        ['healthz', 200],
        ['readyz', 200],
        ['metrics', 401],
      ] as const) {
        const answer = await host.send(`/howdah/${path}`);
        assert.equal(answer.status, status, `${path}: ${await answer.text()}`);
      }
      const metrics = await host.send('/howdah/metrics', { headers: BEARER });
      assert.match(await metrics.text(), /howdah_database_up 1/);
    });

    test('events stream, and who goes away is let go', async () => {
      const leaving = new AbortController();
      const answer = await host.send('/howdah/v1/events', { headers: BEARER, signal: leaving.signal });
      const reader = readEvents(answer);
      reader.ended.catch(() => {});
      await reader.find('the queues', ({ event }) => event === 'queues');
      const id = await enqueue();
      await reader.find('the job', ({ event, data }) => event === 'job' && data['id'] === id);
      leaving.abort();
    });

    test('a request that waits ends with its client', async () => {
      const id = await enqueue();
      const leaving = new AbortController();
      const headers = { Cookie: 'session=ada', 'X-Request-Id': `wait-for-${id}` };
      const waiting = host.send(`/howdah/v1/jobs/${id}?wait=60s`, { headers, signal: leaving.signal });
      await waitFor('the request to arrive', async () => asked.includes(`wait-for-${id}`));
      leaving.abort();
      await waiting.catch(() => {});
      await waitFor('the request to end', async () =>
        logLines.some((line) => line.includes(`wait-for-${id}`)),
      );
    });

    /** As a browser does: it goes where it is sent. */
    async function browse(path: string): Promise<{ answer: Response; at: URL }> {
      let at = new URL(path, host.origin);
      for (let hops = 0; hops < 5; hops += 1) {
        const init: RequestInit = { headers: { Accept: 'text/html' }, redirect: 'manual' };
        const answer = await host.send(`${at.pathname}${at.search}`, init);
        const next = answer.headers.get('Location');
        if (next === null) return { answer, at };
        await answer.arrayBuffer();
        at = new URL(next, at);
      }
      throw new Error(`sent on and on from ${path}`);
    }

    async function enqueue(): Promise<string> {
      const answer = await host.send('/howdah/v1/jobs', post(JOB));
      return ((await answer.json()) as { job: { id: string } }).job.id;
    }
  });
}
