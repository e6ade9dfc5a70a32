import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { EncodedResult } from '../../src/work/run/result.ts';
import { ResultReports } from '../../src/work/run/result-reports.ts';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';

const claimOf = (job: string) => [job, 'default', 'worker', '2026-01-01T00:00:00.000Z'] as const;
const resultOf = (json: string) => new EncodedResult(json);

/** A database that answers each statement as the test says, with jobs and results of it. */
function scripted(answer: (jobs: string[], results: (string | null)[]) => Promise<boolean[]>) {
  const asked: string[][] = [];
  const reports = new ResultReports(async (_text, values) => {
    const isMany = Array.isArray(values[1]);
    const jobs = isMany ? (values[1] as string[]) : [values[0] as string];
    const results = isMany ? (values[4] as string[]) : [values[4] as string];
    asked.push(jobs);
    const stored = await answer(jobs, results);
    const places = stored.flatMap((ok, index) => (ok ? [index + 1] : []));
    return { rows: isMany ? [{ stored: places }] : [{ ok: stored[0] }] };
  });
  return { asked, store: (job: string, json = '1') => reports.store(claimOf(job), resultOf(json)) };
}

describe('results that come together', () => {
  test('are stored by one statement; a job that was lost is told so', async () => {
    const { asked, store } = scripted(async (jobs) => jobs.map((job) => job !== '2'));
    assert.deepEqual(await Promise.all(['3', '10', '2'].map((job) => store(job))), [true, true, false]);
    assert.deepEqual(asked, [['3', '10', '2']]);
  });

  test('one that the database does not take fails alone', async () => {
    const { asked, store } = scripted(async (jobs, results) => {
      if (results.includes('bad')) throw Object.assign(new Error('no such text'), { code: '22P05' });
      return jobs.map(() => true);
    });
    const outcomes = await Promise.allSettled([store('1'), store('2', 'bad'), store('3')]);
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled'],
    );
    assert.deepEqual(asked, [['1', '2', '3'], ['1'], ['2'], ['3']]);
  });

  test('a statement that waits for a lock keeps no others', async () => {
    const { store } = scripted(async (jobs) => {
      if (jobs.includes('1')) await new Promise(() => {});
      return jobs.map(() => true);
    });
    void store('1');
    await new Promise((resolve) => setTimeout(resolve, 10));
    assert.deepEqual(await Promise.all([store('2'), store('3')]), [true, true]);
  });

  test('large ones do not share a statement', async () => {
    const { asked, store } = scripted(async (jobs) => jobs.map(() => true));
    await Promise.all(['1', '2', '3'].map((job) => store(job, 'x'.repeat(600_000))));
    assert.deepEqual(asked, [['1'], ['2'], ['3']]);
  });
});

describe('against the database', () => {
  const wordy = testTask('wordy');
  let queue: TestQueue;

  before(async () => {
    queue = await openTestQueue([[wordy, async (payload) => ({ said: payload })]]);
  });
  after(() => queue.close());

  test('each of 300 jobs that end together keeps its own', async () => {
    const requests = Array.from({ length: 300 }, (_, number) => ({
      task: wordy,
      payload: { number, text: `"\\ {ä} ${number}, null`.repeat(number % 3 === 0 ? 200 : 1) }, // some before their runs end
    }));
    const jobs = await queue.distributor.distributeMany(queue.pool, requests);
    await queue.start([{ name: 'default', concurrency: 60 }]);
    for (const { id } of jobs) await queue.untilState(id, 'completed');
    const { rows } = await queue.pool.query(
      'select count(*)::integer as count from howdah.jobs where result::jsonb -> $$said$$ = payload::jsonb',
    );
    assert.equal(rows[0].count, 300);
  });
});
