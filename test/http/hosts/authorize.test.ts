import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import pg from 'pg';
import { HowdahError } from '../../../src/errors.ts';
import {
  type Authorize,
  createHttpHandler,
  type HttpHandler,
  type HttpHandlerOptions,
} from '../../../src/http.ts';
import { createLogger } from '../../../src/observability/logger.ts';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.ts';
import { outcomeOf, readProblem } from '../open-app.ts';

const JOB = { task: 'send_welcome_email', payload: { user_account: 'ada' }, delay: '1h' };

let database: TestDatabase;
let pool: pg.Pool;
const opened: HttpHandler[] = [];
before(async () => {
  database = await createTestDatabase();
  pool = new pg.Pool({ connectionString: database.connectionString });
});
after(async () => {
  await Promise.all(opened.map((handler) => handler.close()));
  await pool.end();
  await database.drop();
});

type Sent = {
  method?: string;
  headers?: Record<string, string>;
  body?: unknown;
  form?: string;
  host?: unknown;
};

/** Asks a handler with that login, from the address https://shop.example. */
function asking(authorize: Authorize, more: Partial<HttpHandlerOptions> = {}) {
  const log = createLogger({ level: 'silent' });
  const handler = createHttpHandler({ pool, authorize, log, ...more });
  opened.push(handler);
  return (path: string, { method = 'GET', headers = {}, body, form, host }: Sent = {}) => {
    const sent = form ?? (body === undefined ? undefined : JSON.stringify(body));
    const text = sent === undefined ? {} : { body: sent };
    const request = new Request(`https://shop.example/howdah${path}`, { method, headers, ...text });
    return handler.fetch(request, host);
  };
}

const asJson = { 'Content-Type': 'application/json' };
const enqueue = (headers: Record<string, string> = asJson): Sent => ({ method: 'POST', headers, body: JOB });

async function actorOf(answer: Response): Promise<unknown> {
  const { job } = (await answer.json()) as { job: { id: string } };
  const { rows } = await pool.query('select actor from howdah.audit_log where $1 = any (job_ids)', [job.id]);
  return rows[0]?.actor;
}

describe('authorize', () => {
  test('names who did it in the audit log', async () => {
    const asks = asking(async (_, host) => ({
      role: 'admin',
      actor: (host as { user?: string }).user ?? '?',
    }));
    assert.equal(
      await actorOf(await asks('/v1/jobs', { ...enqueue(), host: { user: 'ada@shop.example' } })),
      'ada@shop.example',
    );
    assert.equal(await actorOf(await asking(() => 'admin')('/v1/jobs', enqueue())), 'admin');
  });

  test('lets an operator act who may not enqueue, over the API and on pages', async () => {
    const asks = asking(() => ({ role: 'admin', mayEnqueue: false }));
    const full = asking(() => 'admin');
    const { job } = (await (await full('/v1/jobs', enqueue())).json()) as { job: { id: string } };
    for (const path of ['/v1/jobs', '/v1/jobs/batch', `/v1/jobs/${job.id}/enqueue-again`]) {
      const body = path.endsWith('batch') ? { jobs: [JOB] } : JOB;
      const refused = await asks(path, { ...enqueue(), body });
      assert.equal(refused.status, 403, path);
      assert.match((await readProblem(refused)).detail ?? '', /enqueues none/, path);
    }
    const form = { 'Content-Type': 'application/x-www-form-urlencoded', 'Sec-Fetch-Site': 'same-origin' };
    for (const path of [
      `/dashboard/jobs/${job.id}/enqueue-again`,
      '/dashboard/tasks/send_welcome_email/enqueue',
    ]) {
      assert.equal((await asks(path, { method: 'POST', headers: form })).status, 403, path);
    }
    const page = (sees: typeof asks, path: string) =>
      sees(path, { headers: { Accept: 'text/html' } }).then((answer) => answer.text());
    assert.match(await page(full, `/dashboard/jobs/${job.id}`), /enqueue-again/);
    assert.doesNotMatch(await page(asks, `/dashboard/jobs/${job.id}`), /enqueue-again/);
    assert.match(await page(asks, `/dashboard/jobs/${job.id}`), /\/cancel"/);
    assert.equal((await asks(`/v1/jobs/${job.id}/cancel`, { method: 'POST', headers: asJson })).status, 200);
  });

  test('lets a viewer look and do nothing else, and hides payloads from it', async () => {
    const { job } = (await (await asking(() => 'admin')('/v1/jobs', enqueue())).json()) as {
      job: { id: string };
    };
    const asks = asking(() => ({ role: 'viewer', actor: 'bob' }));
    const seen = (await (await asks(`/v1/jobs/${job.id}`)).json()) as { job: { payload: unknown } };
    assert.equal(seen.job.payload, '[redacted]');
    assert.deepEqual(await outcomeOf(await asks('/v1/jobs', enqueue())), [403, 'forbidden']);
  });

  test('lets nobody in whom it does not name, and asks for no token', async () => {
    const asks = asking(() => undefined);
    for (const path of ['/v1/queues', '/v1/events', '/metrics', '/v1/jobs?state=running']) {
      const answer = await asks(path);
      assert.equal(answer.headers.get('WWW-Authenticate'), null);
      assert.deepEqual(await outcomeOf(answer), [401, 'unauthorized']);
    }
  });

  for (const [what, answer] of Object.entries({
    'another role': 'root',
    'no role': {},
    true: true,
    'an empty name': { role: 'admin', actor: '' },
    'a name of 256 characters': { role: 'admin', actor: 'a'.repeat(256) },
  })) {
    test(`lets nobody in by ${what}`, async () => {
      const answered = await asking(() => answer as never)('/v1/queues');
      assert.deepEqual(await outcomeOf(answered), [500, 'internal']);
    });
  }

  for (const [how, thrown] of Object.entries({
    'an error': new Error('no session store'),
    'an error of Howdah’s own': new HowdahError('job_not_found', { detail: 'no session store' }),
    'a lost database': Object.assign(new Error('no session store'), { code: 'ECONNREFUSED' }),
    'what is no error': 'no session store',
  })) {
    test(`lets nobody in when it fails with ${how}, and tells the log alone`, async () => {
      const lines: string[] = [];
      const log = createLogger({ destination: { write: (line) => void lines.push(line) } });
      const asks = asking(() => Promise.reject(thrown), { log, adminToken: 'secret' });
      const refused = await asks('/v1/queues');
      assert.equal(refused.headers.get('Content-Type'), 'application/problem+json');
      const problem = await readProblem(refused);
      assert.deepEqual([problem.status, problem.code], [500, 'internal']);
      assert.doesNotMatch(JSON.stringify(problem), /session store/);
      for (const [language, words] of [
        ['en', /<html lang="en">.*login of the application/s],
        ['zh-CN', /<html lang="zh-Hans">.*应用自身的登录/s],
      ] as const) {
        const headers = { Accept: 'text/html', 'Accept-Language': language };
        const answer = await asks('/dashboard/queues', { headers });
        const page = await answer.text();
        assert.equal(answer.status, 500);
        assert.match(page, words);
        assert.doesNotMatch(page, /session store/);
        assert.equal(answer.headers.get('Set-Cookie'), null);
      }
      assert.equal(lines.filter((line) => line.includes('no session store')).length, 3);
    });
  }

  test('is waited for so long and no longer, and what it says after that is nobody’s', async () => {
    const lines: string[] = [];
    const log = createLogger({ destination: { write: (line) => void lines.push(line) } });
    const late: ((how: 'answers' | 'fails') => void)[] = [];
    const hanging: Authorize = () =>
      new Promise((resolve, reject) => {
        late.push((how) => (how === 'answers' ? resolve('admin') : reject(new Error('too late'))));
      });
    const asks = asking(hanging, { log, adminToken: 'secret', authorizeTimeoutMs: 50 });
    const problem = await readProblem(await asks('/v1/jobs', enqueue()));
    assert.deepEqual([problem.status, problem.code], [503, 'unavailable']);
    assert.match(problem.detail, /The login of this application has not answered within 50 ms/);
    const page = await asks('/dashboard/queues', { headers: { Accept: 'text/html' } });
    assert.equal(page.status, 503);
    assert.match(await page.text(), /login of the application could not be asked who you are/);
    assert.equal((await asks('/dashboard/login')).status, 200);
    for (const [n, answer] of late.entries()) answer(n === 0 ? 'answers' : 'fails');
    await new Promise((resolve) => setImmediate(resolve)); // no unhandled rejection comes of it
    assert.equal(lines.filter((line) => line.includes('authorize has not answered within 50 ms')).length, 2);
    assert.equal(lines.filter((line) => line.includes('too late')).length, 0);
    assert.throws(() => asking(hanging, { authorizeTimeoutMs: Infinity }), /authorizeTimeoutMs: expected/);
  });

  test('that fails ends no session, and keeps nobody from one', async () => {
    const asks = asking(() => Promise.reject(new Error('no session store')), { adminToken: 'secret' });
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded', 'Sec-Fetch-Site': 'same-origin' };
    assert.equal((await asks('/dashboard/login')).status, 200);
    const sent = await asks('/dashboard/login', { method: 'POST', headers, form: 'token=secret' });
    assert.equal(sent.status, 303);
    const Cookie = sent.headers.get('Set-Cookie')?.split(';')[0] ?? '';
    assert.equal((await asks('/dashboard/queues', { headers: { Cookie } })).status, 200);
  });

  test('is asked once for each page, the first among them', async () => {
    let asked = 0;
    const asks = asking(() => {
      asked += 1;
      return 'admin';
    });
    for (const path of ['/dashboard', '/dashboard/queues']) {
      asked = 0;
      assert.equal((await asks(path)).status, 200);
      assert.equal(asked, 1, path);
    }
  });

  test('makes bearer tokens mean nothing where there are none', async () => {
    const asks = asking(() => undefined);
    for (const token of ['', 'undefined', 'null', 'x']) {
      assert.equal((await asks('/v1/queues', { headers: { Authorization: `Bearer ${token}` } })).status, 401);
    }
  });

  test('is not asked about a request with a token', async () => {
    const asks = asking(() => assert.fail('it was'), { adminToken: 'secret' });
    const headers = { Authorization: 'Bearer secret', 'Sec-Fetch-Site': 'cross-site' };
    assert.equal((await asks('/v1/queues', { headers })).status, 200);
    assert.equal((await asks('/v1/jobs', enqueue({ ...asJson, ...headers }))).status, 201);
  });
});

describe('a change by login', () => {
  const asks = (path: string, sent: Sent) => asking(() => 'admin')(path, sent);
  const CASES: [string, Record<string, string>, boolean][] = [
    ['a page of the same origin', { 'Sec-Fetch-Site': 'same-origin', Origin: 'https://shop.example' }, true],
    ['the address line', { 'Sec-Fetch-Site': 'none' }, true],
    ['a page of another site', { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://evil.example' }, false],
    ['a page of a neighbour', { 'Sec-Fetch-Site': 'same-site', Origin: 'https://blog.shop.example' }, false],
    ['a page of another site that names no origin', { 'Sec-Fetch-Site': 'cross-site' }, false],
    ['an older page of the same origin', { Origin: 'https://shop.example' }, true],
    ['an older page of the same host, behind TLS of a proxy', { Origin: 'http://shop.example' }, true],
    ['an older page of another site', { Origin: 'https://evil.example' }, false],
    ['an older page of another port', { Origin: 'https://shop.example:8443' }, false],
    ['a page without an origin', { Origin: 'null' }, false],
  ];
  for (const [who, headers, isDone] of CASES) {
    test(`is ${isDone ? 'done' : 'refused'} for ${who}`, async () => {
      for (const path of ['/v1/jobs', '/v1/jobs/batch']) {
        const body = path === '/v1/jobs' ? JOB : { jobs: [JOB] };
        const answer = await asks(path, { method: 'POST', headers: { ...asJson, ...headers }, body });
        assert.equal(answer.status, isDone ? 201 : 403, await answer.text());
      }
    });
  }

  test('that a form of an old browser could send is refused, commands without a body among them', async () => {
    const { job } = (await (await asks('/v1/jobs', enqueue())).json()) as { job: { id: string } };
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
    ]) {
      const answer = await asks(`/v1/jobs/${job.id}/cancel`, {
        method: 'POST',
        headers: { 'Content-Type': type },
      });
      assert.deepEqual(await outcomeOf(answer), [403, 'forbidden'], type);
    }
    const bare = await asks(`/v1/jobs/${job.id}/cancel`, { method: 'POST' });
    assert.match((await readProblem(bare)).detail, /Idempotency-Key/);
    const keyed = { method: 'POST', headers: { 'Idempotency-Key': 'k' } };
    assert.equal((await asks(`/v1/jobs/${job.id}/cancel`, keyed)).status, 200);
  });

  test('is looked at by every site, as nothing can be read from there', async () => {
    const headers = { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://evil.example' };
    const answer = await asks('/v1/queues', { headers });
    assert.equal(answer.headers.get('Access-Control-Allow-Origin'), null);
    assert.equal(answer.headers.get('Cross-Origin-Resource-Policy'), 'same-origin');
  });
});
