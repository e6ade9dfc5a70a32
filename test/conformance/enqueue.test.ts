import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { JobRequest, SeenJob } from './driver.ts';
import { BATCH_DRIVERS, DRIVERS, type DriverName, openStage, type Stage } from './stage.ts';

let stage: Stage;
before(async () => {
  stage = await openStage();
});
after(() => stage.close());

const SOON_MS = 5_000;
const RUN_AT = new Date('2040-01-02T03:04:05.678Z');
const DEADLINE = new Date('2041-05-06T07:08:09.010Z');
const TRACE = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

/** What is not checked by the side: `waitMs` is from created_at to run_at, to the second. */
type Expected = Omit<SeenJob, 'id' | 'createdAt' | 'runAt'> & { waitMs: number | null };

const DEFAULTS: Expected = {
  ...{ queue: 'default', task: 'works', state: 'available', priority: 0, attempt: 0, maxAttempts: 26 },
  ...{ waitMs: 0, startedAt: null, finishedAt: null, durationMs: null, worker: null, lastError: null },
  ...{ progress: null, progressMessage: null, key: null, sequence: null, deadline: null, timeoutMs: null },
  ...{ expiresAt: null, payload: {}, result: null, headers: null, errors: [] },
};

const HOUR_MS = 3_600_000;
const mailOf = (who: string) => ({ task: 'mails', payload: { who } });

/** What is asked for, and in what the job then differs from one without options. */
const EFFECTS: [string, JobRequest, Partial<Expected>][] = [
  ['no option and no payload', { task: 'works' }, {}],
  [
    'the defaults of its task',
    mailOf('ada'),
    { task: 'mails', queue: 'critical', maxAttempts: 8, payload: { who: 'ada' } },
  ],
  [
    'queue',
    { ...mailOf('ada'), queue: 'default' },
    { task: 'mails', maxAttempts: 8, payload: { who: 'ada' } },
  ],
  ['delay', { task: 'works', delayMs: 90_000 }, { state: 'scheduled', waitMs: 90_000 }],
  ['a delay of 0', { task: 'works', delayMs: 0 }, {}],
  ['max_retries', { task: 'works', maxRetries: 3 }, { maxAttempts: 4 }],
  ['no retry', { task: 'works', maxRetries: 0 }, { maxAttempts: 1 }],
  ['the most retries', { task: 'works', maxRetries: 32_766 }, { maxAttempts: 32_767 }],
  ['priority', { task: 'works', priority: 5 }, { priority: 5 }],
  ['the least priority', { task: 'works', priority: -32_768 }, { priority: -32_768 }],
  ['the greatest priority', { task: 'works', priority: 32_767 }, { priority: 32_767 }],
  ['timeout', { task: 'works', timeoutMs: 1_500 }, { timeoutMs: 1_500 }],
  [
    'no timeout',
    { ...mailOf('ada'), timeoutMs: 0 },
    { ...mailOf('ada'), queue: 'critical', maxAttempts: 8, timeoutMs: 0 },
  ],
  ['the longest timeout', { task: 'works', timeoutMs: 2_147_483_647 }, { timeoutMs: 2_147_483_647 }],
  ['deadline', { task: 'works', deadline: DEADLINE }, { deadline: DEADLINE.toISOString() }],
  [
    'headers',
    { task: 'works', headers: { traceparent: TRACE, 'x-y': 'a=b, "c"' } },
    { headers: { traceparent: TRACE, 'x-y': 'a=b, "c"' } },
  ],
  [
    'several options',
    {
      task: 'works',
      queue: 'critical',
      delayMs: HOUR_MS,
      priority: -1,
      timeoutMs: 5_000,
      maxRetries: 1,
      deadline: DEADLINE,
    },
    {
      ...{
        queue: 'critical',
        state: 'scheduled',
        waitMs: HOUR_MS,
        priority: -1,
        timeoutMs: 5_000,
        maxAttempts: 2,
      },
      deadline: DEADLINE.toISOString(),
    },
  ],
  [
    'a payload of many kinds',
    { task: 'works', payload: { z: 1, a: ['ä', null, { b: 1.5 }], flags: true, '': 'it\'s \\ "so"' } },
    { payload: { z: 1, a: ['ä', null, { b: 1.5 }], flags: true, '': 'it\'s \\ "so"' } },
  ],
  ...[null, 'a text', 7, true, ['a', 1]].map((payload): [string, JobRequest, Partial<Expected>] => [
    `the payload ${JSON.stringify(payload)}`,
    { task: 'takes_any', payload },
    { task: 'takes_any', payload },
  ]),
];

function differing({ createdAt, runAt, id: _, ...job }: SeenJob): Expected {
  const waitMs = Date.parse(runAt ?? '') - Date.parse(createdAt ?? '');
  return { ...job, waitMs: runAt === null ? null : Math.round(waitMs / 1_000) * 1_000 };
}

/** As every side sees it, which must be the same. */
async function see(id: string): Promise<SeenJob> {
  const seen = await Promise.all(DRIVERS.map((name) => stage.drivers[name].job(id)));
  const [first] = seen;
  assert.ok(first, `job ${id} is not there`);
  for (const [index, each] of seen.entries()) assert.deepEqual(each, first, `seen by ${DRIVERS[index]}`);
  return first;
}

for (const name of DRIVERS) {
  describe(`a job enqueued through ${name}`, () => {
    for (const [what, request, difference] of EFFECTS) {
      test(`with ${what} is stored so, and seen so from every side`, async () => {
        const started = Date.now();
        const job = await see(await stage.drivers[name].enqueue(request));
        assert.deepEqual(differing(job), { ...DEFAULTS, ...difference });
        assert.ok(Math.abs(Date.parse(job.createdAt ?? '') - started) < SOON_MS);
      });
    }

    test('with run_at runs at that instant', async () => {
      const job = await see(await stage.drivers[name].enqueue({ task: 'works', runAt: RUN_AT }));
      assert.deepEqual([job.state, job.runAt], ['scheduled', RUN_AT.toISOString()]);
    });

    test('is kept as long as its retention says once it ended, a day or a week by default', async () => {
      const { enqueue, act, job } = stage.drivers[name];
      const keptMs = async (retentionMs?: number) => {
        const id = await enqueue({ task: 'works', ...(retentionMs === undefined ? {} : { retentionMs }) });
        await act('cancel', id);
        const ended = await job(id);
        return ended && Date.parse(ended.expiresAt ?? '') - Date.parse(ended.finishedAt ?? '');
      };
      assert.equal(await keptMs(), 7 * 24 * HOUR_MS);
      assert.equal(await keptMs(2 * HOUR_MS), 2 * HOUR_MS);
      assert.equal(await keptMs(0), null);
    });

    test('keeps the members of its payload in their order', async () => {
      const id = await stage.drivers[name].enqueue({ task: 'works', payload: { z: 1, a: 2, m: 3 } });
      for (const reader of DRIVERS) {
        const job = await stage.drivers[reader].job(id);
        assert.equal(JSON.stringify(job?.payload), '{"z":1,"a":2,"m":3}');
      }
    });
  });
}

for (const name of BATCH_DRIVERS) {
  describe(`a batch enqueued through ${name}`, () => {
    test('stores every job with its own options, in order', async () => {
      const ids = await batchThrough(
        name,
        EFFECTS.map(([, request]) => request),
      );
      assert.deepEqual(ids, [...new Set(ids)]);
      for (const [index, [what, , difference]] of EFFECTS.entries()) {
        const job = await stage.drivers.TypeScript.job(ids[index] ?? '');
        assert.ok(job, what);
        assert.deepEqual(differing(job), { ...DEFAULTS, ...difference }, what);
      }
    });
  });
}

function batchThrough(name: DriverName, jobs: JobRequest[]): Promise<string[]> {
  const ids = stage.drivers[name].enqueueBatch?.(jobs);
  assert.ok(ids);
  return ids;
}
