import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import type { Pool } from 'pg';
import { createEventHub } from '../../src/observability/event-hub.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { RunsBoard } from '../../src/work/fleet/runs-board.ts';
import { EncodedResult } from '../../src/work/run/result.ts';
import { RunsUnderWay } from '../../src/work/run/runs-under-way.ts';
import { Endings } from '../../src/work/runner/endings.ts';
import { EndsBreaker } from '../../src/work/runner/ends-breaker.ts';

const COMPLETE = {
  text: 'delete from graphile_worker._private_jobs as jobs\nwhere id = $1::bigint',
  values: ['1'],
};
const COMPLETED = { jobId: '1', task: 'works', queue: 'default', attempt: 1, maxAttempts: 1, durationMs: 1 };

const answer = (code: string) => Object.assign(new Error(code), { code, severity: 'ERROR' });

let told: string[];
/** What the database answers, in turn. */
let answers: (Error | object[])[];
/** What it was given beside a text, in turn. */
let asked: unknown[][];

beforeEach(() => {
  told = [];
  asked = [];
});

async function complete(onTell = () => {}, result?: EncodedResult): Promise<void> {
  const pool = {
    async query(_text: unknown, values: unknown[] = []) {
      asked.push(values);
      const next = answers.shift() ?? assert.fail('a statement too many');
      if (next instanceof Error) throw next;
      return { rows: next };
    },
  } as unknown as Pool;
  const runs = new RunsUnderWay(new RunsBoard(1, ['works']));
  const run = runs.hold('1', new Date());
  runs.begin(run, 'works', 0);
  if (result) runs.carry('1', run.lockedAt, result);
  runs.end(run, COMPLETED);
  const events = createEventHub();
  for (const event of ['job.completed', 'job.unrecorded', 'job.failed', 'job.result_reduced'] as const) {
    events.on(event, () => {
      told.push(event);
      onTell();
    });
  }
  const endings = new Endings({
    ...{ pool, queue: 'default', runs, events, poolId: () => 'pool', log: createLogger({ level: 'silent' }) },
    breaker: new EndsBreaker({ maxUnrecorded: 10, onChange: () => {} }),
    silence: { tell() {} },
    stopping: new AbortController().signal,
  });
  await endings.write(COMPLETE, [{ jobId: '1', failure: undefined }]);
  await endings.untilWritten();
  assert.equal(answers.length, 0);
}

describe('a completion', () => {
  test('whose answer was lost is told of when it turns out that it was written', async () => {
    answers = [new Error('Connection terminated unexpectedly'), [{ state: null }]];
    await complete();
    assert.deepEqual(told, ['job.completed']);
  });

  test('whose answer was lost is told of as the cancellation that it turns out to have been', async () => {
    answers = [new Error('Connection terminated unexpectedly'), [{ state: 'cancelled' }]];
    await complete();
    assert.deepEqual(told, ['job.failed']);
  });

  test('whose result the database does not take is written with a note in its place', async () => {
    const refusal = answer('22003');
    answers = [refusal, refusal, [{ state: 'completed' }]];
    await complete(undefined, new EncodedResult('1e999999'));
    assert.deepEqual(told, ['job.result_reduced', 'job.completed']);
    assert.match(String(asked[1]?.[5]), /"result":1e999999}}$/);
    assert.match(String(asked[2]?.[5]), /"note":"result: the database cannot hold it \(22003\)"}}$/);
  });

  test('that was lost itself is told of when it is written after all', async () => {
    answers = [new Error('Connection terminated unexpectedly'), answer('57P03'), [{ state: 'completed' }]];
    await complete();
    assert.deepEqual(told, ['job.completed']);
  });

  test('that was refused, and whose job is another’s then, is not', async () => {
    answers = [answer('40001'), [{ state: null }]];
    await complete();
    assert.deepEqual(told, ['job.unrecorded']);
  });

  test('is written once although a listener throws', async () => {
    answers = [[{ count: 1, ids: '{1}', decided: null }]];
    await complete(() => assert.fail('this listener does'));
    assert.deepEqual(told, ['job.completed']);
  });
});
