import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { JobRequest } from './driver.ts';
import { refusalOf } from './refusal.ts';
import { BATCH_DRIVERS, DRIVERS, type DriverName, openStage, type Stage } from './stage.ts';

let stage: Stage;
before(async () => {
  stage = await openStage();
});
after(() => stage.close());

const AT = new Date('2040-01-02T03:04:05Z');
const HUNDRED_YEARS_MS = 100 * 365 * 86_400_000;
const JOB: JobRequest = { task: 'works', payload: {} };
const option = (options: Record<string, unknown>) => ({ ...JOB, ...options }) as JobRequest;
const mail = (payload: unknown): JobRequest => ({ task: 'mails', payload });

/** Options that are wrong, and the names under which every side refuses them. */
const OPTIONS: [string, JobRequest, string[]][] = [
  ['a delay beside run_at', option({ delayMs: 1_000, runAt: AT }), ['run_at']],
  ['a delay below 0', option({ delayMs: -1 }), ['delay']],
  ['a delay above a hundred years', option({ delayMs: HUNDRED_YEARS_MS + 1 }), ['delay']],
  ['max_retries below 0', option({ maxRetries: -1 }), ['max_retries']],
  ['max_retries above the most', option({ maxRetries: 32_767 }), ['max_retries']],
  ['a priority below the least', option({ priority: -32_769 }), ['priority']],
  ['a priority above the greatest', option({ priority: 32_768 }), ['priority']],
  ['a timeout below 0', option({ timeoutMs: -1 }), ['timeout']],
  ['a timeout above the longest', option({ timeoutMs: 2_147_483_648 }), ['timeout']],
  ['a retention below 0', option({ retentionMs: -1 }), ['retention']],
  ['a retention above a hundred years', option({ retentionMs: HUNDRED_YEARS_MS + 1 }), ['retention']],
  ['an empty key', option({ key: '' }), ['key']],
  ['a key too long', option({ key: 'k'.repeat(377) }), ['key']],
  ['a key mode there is not', option({ key: 'k', keyMode: 'keep' }), ['key_mode']],
  ['a key mode without a key', option({ keyMode: 'ignore' }), ['key_mode']],
  ['a unique key beside a key', option({ key: 'k', uniqueKey: 'u' }), ['unique_key']],
  ['unique_for beside a key', option({ key: 'k', uniqueForMs: 1 }), ['unique_for']],
  ['debounce without a key', option({ debounceMs: 1 }), ['debounce']],
  ['debounce of 0', option({ key: 'k', debounceMs: 0 }), ['debounce']],
  ['debounce above a hundred years', option({ key: 'k', debounceMs: HUNDRED_YEARS_MS + 1 }), ['debounce']],
  ['a delay beside debounce', option({ key: 'k', debounceMs: 1, delayMs: 1 }), ['delay']],
  ['run_at beside debounce', option({ key: 'k', debounceMs: 1, runAt: AT }), ['run_at']],
  [
    'another key mode beside debounce',
    option({ key: 'k', debounceMs: 1, keyMode: 'preserve_run_at' }),
    ['key_mode'],
  ],
  ['max_wait without debounce', option({ key: 'k', maxWaitMs: 1 }), ['max_wait']],
  ['max_wait below debounce', option({ key: 'k', debounceMs: 2, maxWaitMs: 1 }), ['max_wait']],
  ['succeeds without a unique key', option({ succeeds: '7' }), ['succeeds']],
  ['an empty unique key', option({ uniqueKey: '' }), ['unique_key']],
  ['a unique key too long', option({ uniqueKey: 'u'.repeat(1_025) }), ['unique_key']],
  ['unique_for of 0', option({ uniqueForMs: 0 }), ['unique_for']],
  ['unique_for above a hundred years', option({ uniqueForMs: HUNDRED_YEARS_MS + 1 }), ['unique_for']],
  ['an empty sequence', option({ sequence: '' }), ['sequence']],
  ['a sequence too long', option({ sequence: 's'.repeat(201) }), ['sequence']],
  [
    'several wrong options',
    option({ priority: 99_999, maxRetries: -2, key: '' }),
    ['key', 'max_retries', 'priority'],
  ],
];

/** What a command line cannot say: all of its headers are texts. */
const WRONG_HEADERS: [string, JobRequest, string[]][] = [
  ['a header that is no text', option({ headers: { a: 1 } }), ['headers']],
  ['headers that are a list', option({ headers: ['a'] }), ['headers']],
];

const LONG_HEADERS: [string, JobRequest, string[]][] = [
  ['a header too long', option({ headers: { a: 'x'.repeat(8_193) } }), ['headers']],
  ['a name of a header too long', option({ headers: { ['n'.repeat(257)]: 'x' } }), ['headers']],
  [
    'too much of headers',
    option({
      headers: Object.fromEntries(Array.from({ length: 200 }, (_, n) => [`h${n}`, 'x'.repeat(8_000)])),
    }),
    ['headers'],
  ],
];

/** What neither a statement nor a command line can say: they hold no NUL, and no half of a character. */
const WRONG_TEXTS: [string, JobRequest, string[]][] = [
  ['a key with NUL', option({ key: 'a\0' }), ['key']],
  ['half a character in a key', option({ key: '\ud800' }), ['key']],
  ['a unique key with NUL', option({ uniqueKey: '\0' }), ['unique_key']],
  ['half a character in a sequence', option({ sequence: 'a\udc00' }), ['sequence']],
  ['a header with NUL', option({ headers: { a: '\0' } }), ['headers']],
  ['half a character in the name of a header', option({ headers: { '\ud800': 'a' } }), ['headers']],
];

const PAYLOADS: [string, unknown, string[]][] = [
  ['that lacks a member', {}, ['payload.who']],
  ['with a member of a wrong type', { who: 7 }, ['payload.who']],
  ['with an empty text', { who: '' }, ['payload.who']],
  ['with a text too long', { who: 'w'.repeat(21) }, ['payload.who']],
  ['with a number out of range', { who: 'ada', count: 10 }, ['payload.count']],
  ['with a number that is not whole', { who: 'ada', count: 1.5 }, ['payload.count']],
  ['with a word there is not', { who: 'ada', tone: 'rude' }, ['payload.tone']],
  ['with NUL in a text', { who: 'a\0' }, ['payload.who']],
  ['with half a character in a text', { who: '\ud800' }, ['payload.who']],
  ['with an unknown member', { who: 'ada', age: 7 }, ['payload.age']],
  ['with several mistakes', { tone: 'rude', count: 0 }, ['payload.count', 'payload.tone', 'payload.who']],
  ['that is a list', ['ada'], ['payload']],
  ['that is null', null, ['payload']],
];

async function countJobs(): Promise<number> {
  return (await stage.drivers.TypeScript.list({}, { limit: 1 })).jobs.length;
}

async function assertRefused(
  name: DriverName,
  job: JobRequest,
  expected: { code: string; fields: string[] },
) {
  const { code, fields } = await refusalOf(stage.drivers[name].enqueue(job));
  assert.deepEqual({ code, fields }, expected);
  assert.equal(await countJobs(), 0);
}

for (const name of DRIVERS) {
  describe(`${name} refuses to enqueue`, () => {
    const sayable = {
      SQL: WRONG_HEADERS,
      'command line': [],
      HTTP: [...WRONG_HEADERS, ...WRONG_TEXTS],
      TypeScript: [...WRONG_HEADERS, ...WRONG_TEXTS],
    };
    const options = [
      ...OPTIONS,
      ...sayable[name],
      ...(name === 'SQL' || name === 'TypeScript' ? LONG_HEADERS : []),
    ];
    for (const [what, job, fields] of options) {
      test(what, () => assertRefused(name, job, { code: 'invalid_options', fields }));
    }

    for (const [what, payload, fields] of PAYLOADS) {
      test(`a payload ${what}`, () =>
        assertRefused(name, mail(payload), { code: 'invalid_payload', fields }));
    }

    test('a task there is not, and tells the nearest', async () => {
      const { code, message } = await refusalOf(stage.drivers[name].enqueue({ ...JOB, task: 'wroks' }));
      assert.equal(code, 'unknown_task');
      assert.match(message, /unknown task "wroks" \(Did you mean "works"\? /);
    });

    test('into a queue there is not, and tells the nearest', async () => {
      const { code, message } = await refusalOf(stage.drivers[name].enqueue({ ...JOB, queue: 'critcal' }));
      assert.equal(code, 'unknown_queue');
      assert.match(message, /unknown queue "critcal" \(Did you mean "critical"\? /);
    });

    test('nothing that is as long as it may be', async () => {
      const { enqueue, act } = stage.drivers[name];
      const longest: JobRequest[] = [
        {
          ...JOB,
          key: '🐘'.repeat(376),
          sequence: '🐘'.repeat(200),
          debounceMs: 1,
          maxWaitMs: HUNDRED_YEARS_MS,
        },
        { ...JOB, uniqueKey: '🐘'.repeat(1_024), sequence: '🐘'.repeat(200), uniqueForMs: HUNDRED_YEARS_MS },
        { ...JOB, delayMs: HUNDRED_YEARS_MS, retentionMs: 0 },
      ];
      for (const job of longest) await act('cancel', await enqueue(job));
      await stage.clear();
    });
  });
}

for (const name of BATCH_DRIVERS) {
  describe(`${name} refuses a batch`, () => {
    const batch = (jobs: JobRequest[]) => {
      const ids = stage.drivers[name].enqueueBatch?.(jobs);
      assert.ok(ids);
      return refusalOf(ids);
    };

    for (const [what, job, fields] of OPTIONS) {
      test(`for ${what}, naming the job`, async () => {
        const refused = await batch([JOB, job]);
        const expected = fields.map((field) => `jobs[1].${field}`);
        assert.deepEqual([refused.code, refused.fields], ['invalid_options', expected]);
        assert.equal(await countJobs(), 0);
      });
    }

    for (const [what, payload, fields] of PAYLOADS) {
      test(`for a payload ${what}, naming the job`, async () => {
        const refused = await batch([JOB, mail(payload)]);
        const expected = fields.map((field) => `jobs[1].${field}`);
        assert.deepEqual([refused.code, refused.fields], ['invalid_payload', expected]);
        assert.equal(await countJobs(), 0);
      });
    }

    test('for a task or a queue there is not', async () => {
      assert.equal((await batch([JOB, { ...JOB, task: 'wroks' }])).code, 'unknown_task');
      assert.equal((await batch([JOB, { ...JOB, queue: 'critcal' }])).code, 'unknown_queue');
      assert.equal(await countJobs(), 0);
    });
  });
}
