import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import type pg from 'pg';
import { VerdictError } from '../../src/work/run/verdict.ts';
import {
  completionOf,
  FenceStage,
  type FetchedRun,
  pidOf,
  type StagedWorker,
} from '../support/fence-stage.ts';
import { waitFor } from '../support/wait-for.ts';

const RETRY = new VerdictError({ kind: 'retry', delayMs: 5, error: new Error('late trouble') }).message;

type Say = (client: pg.Client, run: FetchedRun) => Promise<unknown>;

/** What a worker that lost its job may still send: the engine's statements, and ours. */
const LATE: Record<string, Say> = {
  completion: (client, { jobId }) =>
    client.query('delete from graphile_worker._private_jobs as jobs where id = $1::bigint', [jobId]),
  'batched completion': (client, run) =>
    client.query(
      completionOf(
        [run.jobId],
        `{"worker":"${run.identity[2]}","${run.jobId}":{"at":"now","result":"late"}}`,
      ),
    ),
  failure: (client, { jobId, identity }) =>
    client.query(
      `update graphile_worker._private_jobs as jobs
       set last_error = $3, run_at = greatest(now(), run_at) + interval '1 second', locked_by = null, locked_at = null
       where id = $1 and locked_by = $2`,
      [jobId, identity[2], RETRY],
    ),
  progress: (client, { identity }) =>
    client.query('select howdah.report_progress($1, $2, $3, $4, 50, null)', [...identity]),
  result: (client, { identity }) =>
    client.query(`select howdah.report_result($1, $2, $3, $4, '"late"')`, [...identity]),
  'results of many': (client, { identity: [jobId, queue, poolId, lockedAt] }) =>
    client.query(`select howdah.report_results($1, $2, $3, $4, array['"late"']::jsonb[], array[null])`, [
      queue,
      [jobId],
      [poolId],
      [lockedAt],
    ]),
};

let stage: FenceStage;
let operator: pg.Client;
let rescuer: pg.Client; // cannot end the worker's sessions: what holds, holds without that
let worker: StagedWorker;
let run: FetchedRun;

before(async () => {
  stage = await FenceStage.open();
  operator = await stage.connect();
  rescuer = await stage.connectStranger();
});

after(() => stage.close());

afterEach(() => stage.endAllBut(operator, rescuer));

beforeEach(async () => {
  worker = await stage.openWorker();
  run = await worker.fetch(await stage.addJob(worker.token));
});

async function rescue(by = rescuer): Promise<void> {
  await stage.retire(worker);
  await release(by);
}

async function release(by = rescuer): Promise<number | null> {
  const { rows } = await by.query('select jobs from howdah.release_runner($1)', [worker.token]);
  return rows[0].jobs;
}

async function fetchAnother(): Promise<string> {
  return (await worker.fetch(await stage.addJob())).jobId;
}

async function lockedBy(jobId: string): Promise<string | null | undefined> {
  const { rows } = await operator.query('select locked_by from graphile_worker._private_jobs where id = $1', [
    jobId,
  ]);
  return rows[0]?.locked_by;
}

async function replaceByKey(client = operator): Promise<void> {
  await client.query(
    `select graphile_worker.add_job('send_welcome_email', '{"user_account":"new"}', job_key => $1)`,
    [worker.token],
  );
}

async function unlockByHand(client: pg.Client): Promise<void> {
  await client.query('select graphile_worker.force_unlock_workers(array[$1])', [worker.poolId]);
}

async function everything(): Promise<unknown> {
  const { rows } = await operator.query(
    `select (select to_jsonb(j) from graphile_worker._private_jobs j where j.id = $1) as job,
            (select to_jsonb(h) from howdah.job_history h where h.id = $1) as history,
            (select to_jsonb(r) from howdah.job_reports r where r.job_id = $1) as report,
            (select to_jsonb(o) from howdah.job_outcomes o where o.job_id = $1) as outcome,
            (select jsonb_agg(e) from howdah.job_errors e where e.job_id = $1) as errors`,
    [run.jobId],
  );
  return rows[0];
}

interface Knowledge {
  job: { locked_by: string | null; attempts: number; payload: unknown } | null;
  history: { state: string; last_error: string | null } | null;
  report: unknown;
}

/** What the late worker sends has no effect, be it refused or be it done to no row. */
async function assertNoEffect(act: () => Promise<unknown>): Promise<void> {
  const before = await everything();
  await act().catch((error: { code?: string }) =>
    assert.ok(['HWRET', 'HWLST'].includes(error.code ?? ''), `${error}`),
  );
  assert.deepEqual(await everything(), before);
}

/** A completion in a transaction comes over the handler's own connection, which no rescue ends. */
async function completeInTransaction(client: pg.Client): Promise<void> {
  await client.query('select howdah.complete_in_transaction($1, $2, $3, $4)', [...run.identity]);
}

const TAKEN: Record<string, () => Promise<void>> = {
  'a rescue': rescue,
  'a rescue and a fetch elsewhere': async () => {
    await rescue();
    await (await stage.openWorker()).fetch(run.jobId);
  },
  'a rescue and the replacement of its key': async () => {
    await rescue();
    await replaceByKey();
  },
  'a rescue and a cancellation': async () => {
    await rescue();
    await operator.query('select howdah.cancel_job($1)', [run.jobId]);
  },
  'an unlock by hand and a fetch elsewhere': async () => {
    await unlockByHand(operator);
    await (await stage.openWorker()).fetch(run.jobId);
  },
};

for (const [loss, take] of Object.entries(TAKEN)) {
  describe(`after ${loss}`, () => {
    for (const [what, say] of Object.entries(LATE)) {
      test(`a late ${what} has no effect`, async () => {
        await take();
        const session = await worker.session();
        await assertNoEffect(() => say(session, run));
      });
    }

    test('a late completion in a transaction has no effect', async () => {
      const handler = await stage.connect();
      await take();
      await assertNoEffect(() => completeInTransaction(handler));
    });
  });
}

describe('a job taken away and given to somebody else in a transaction that commits while the worker’s word waits for it', () => {
  const words: Record<string, Say> = { ...LATE, 'completion in a transaction': completeInTransaction };
  for (const [what, say] of Object.entries(words)) {
    test(`the ${what} finds the job in other hands`, async () => {
      const session = what.endsWith('transaction') ? await stage.connect() : await worker.session();
      const other = await stage.connect();
      await other.query('begin');
      await unlockByHand(other);
      await replaceByKey(other);
      const late = say(session, run).catch((error: { code?: string }) => error.code);
      await stage.untilBlocked(pidOf(session), operator);
      await other.query('commit');
      const answer = await late;
      assert.ok(typeof answer !== 'string' || answer === 'HWLST', `unexpected ${answer}`);
      const { job, history, report } = (await everything()) as Knowledge;
      assert.deepEqual([job?.locked_by, job?.attempts, job?.payload], [null, 0, { user_account: 'new' }]);
      assert.deepEqual([history, report], [null, null]);
    });
  }
});

describe('a word of the worker that comes first, its transaction still open', () => {
  for (const [what, say] of Object.entries(LATE)) {
    test(`a rescue that may ends the transaction of a ${what} rather than wait for it, and gives the job back`, async () => {
      const session = await worker.session();
      await session.query(`set application_name = 'howdah:${worker.token}'; begin`);
      await say(session, run);
      await stage.retire(worker);
      await waitFor('the job to be given back', async () => (await release(operator)) === 1);
      await assert.rejects(session.query('commit'));
      const { job, history, report } = (await everything()) as Knowledge;
      assert.deepEqual([job?.locked_by, history, report], [null, null, null]);
    });
  }
  test('a rescue leaves a job in a handler’s transaction to the next, which finds it gone, and gives the others back', async () => {
    const handler = await stage.connect();
    await handler.query('begin');
    await completeInTransaction(handler);
    const other = await fetchAnother();
    await stage.retire(worker);
    assert.equal(await release(), 1);
    assert.equal(await release(), null);
    assert.equal(await lockedBy(other), null);
    await handler.query('commit');
    assert.equal(await release(), 0);
    const { job, history } = (await everything()) as Knowledge;
    assert.deepEqual([job, history?.state], [null, 'completed']);
  });

  test('a rescue that may ends a handler’s transaction that has been idle for 5 s, and gives its job back', async () => {
    const handler = await stage.connect();
    await handler.query('begin');
    await completeInTransaction(handler);
    await stage.retire(worker);
    assert.equal(await release(operator), null);
    await waitFor('the job to be given back', async () => (await release(operator)) === 1);
    await assert.rejects(handler.query('commit'));
    const { job, history } = (await everything()) as Knowledge;
    assert.deepEqual([job?.locked_by, history], [null, null]);
  });

  test('a rescue does not wait for an operator’s open transaction with one of the jobs', async () => {
    const client = await stage.connect();
    await client.query('begin');
    await client.query('select howdah.cancel_job($1)', [run.jobId]);
    const other = await fetchAnother();
    await stage.retire(worker);
    assert.equal(await release(), 1);
    assert.equal(await lockedBy(other), null);
    await client.query('commit');
    assert.equal(await release(), 1);
    assert.equal(((await everything()) as Knowledge).history?.state, 'cancelled');
  });

  test('a key replacement waits for the completion, and makes a new job', async () => {
    const session = await worker.session();
    await session.query('begin');
    await LATE['completion']?.(session, run);
    const other = await stage.connect();
    const replaced = replaceByKey(other);
    await stage.untilBlocked(pidOf(other), operator);
    await session.query('commit');
    await replaced;
    const { history } = (await everything()) as Knowledge;
    assert.equal(history?.state, 'completed');
    const { rows } = await operator.query(
      `select payload from howdah.jobs where key = $1 and state = 'available'`,
      [worker.token],
    );
    assert.deepEqual(rows, [{ payload: { user_account: 'new' } }]);
  });

  test('a cancellation waits for the completion, and is told that the job has ended', async () => {
    const session = await worker.session();
    await session.query('begin');
    await LATE['completion']?.(session, run);
    const other = await stage.connect();
    const cancelled = other.query('select howdah.cancel_job($1)', [run.jobId]);
    const refused = assert.rejects(cancelled, { code: 'HWSTA' });
    await stage.untilBlocked(pidOf(other), operator);
    await session.query('commit');
    await refused;
    assert.equal(((await everything()) as Knowledge).history?.state, 'completed');
  });

  test('a cancellation waits for the failure, and ends the job that waits for its retry', async () => {
    const session = await worker.session();
    await session.query('begin');
    await LATE['failure']?.(session, run);
    const other = await stage.connect();
    const cancelled = other.query('select howdah.cancel_job($1) as state', [run.jobId]);
    await stage.untilBlocked(pidOf(other), operator);
    await session.query('commit');
    assert.equal((await cancelled).rows[0].state, 'cancelled');
    assert.equal(((await everything()) as Knowledge).history?.state, 'cancelled');
  });
});

describe('a job cancelled while it runs, the cancellation committing while the worker’s word waits for it', () => {
  for (const what of ['completion', 'batched completion', 'failure', 'completion in a transaction']) {
    test(`ends cancelled in spite of its ${what}`, async () => {
      const isOwn = what.endsWith('transaction');
      const session = isOwn ? await stage.connect() : await worker.session();
      const other = await stage.connect();
      await other.query('begin');
      await other.query(`select howdah.cancel_job($1, 'not wanted')`, [run.jobId]);
      const late = isOwn ? completeInTransaction(session) : LATE[what]?.(session, run);
      await stage.untilBlocked(pidOf(session), operator);
      await other.query('commit');
      await late;
      const { job, history } = (await everything()) as Knowledge;
      assert.deepEqual([job, history?.state, history?.last_error], [null, 'cancelled', 'not wanted']);
    });
  }

  for (const kind of ['snooze', 'return', 'discard', 'cancelled'] as const) {
    test(`ends cancelled in spite of its verdict "${kind}"`, async () => {
      await operator.query(`select howdah.cancel_job($1, 'not wanted')`, [run.jobId]);
      const { message } = new VerdictError({ kind, delayMs: 5, error: new Error('own end') } as never);
      await (await worker.session()).query(
        `update graphile_worker._private_jobs
         set last_error = $3, run_at = run_at + interval '1 second', locked_by = null, locked_at = null
         where id = $1 and locked_by = $2`,
        [run.jobId, worker.poolId, message],
      );
      const { job, history } = (await everything()) as Knowledge;
      assert.deepEqual([job, history?.state, history?.last_error], [null, 'cancelled', 'not wanted']);
    });
  }
});

test('the word of a worker that still has its job counts', async () => {
  const session = await worker.session();
  await LATE['progress']?.(session, run);
  await LATE['result']?.(session, run);
  await LATE['completion']?.(session, run);
  const { rows } = await operator.query(
    'select state, result, progress from howdah.job_history where id = $1',
    [run.jobId],
  );
  assert.deepEqual(rows, [{ state: 'completed', result: 'late', progress: 50 }]);
});

test('the result of a run that did not complete the job is not the job’s, though its progress stays', async () => {
  const session = await worker.session();
  await LATE['progress']?.(session, run);
  await LATE['result']?.(session, run);
  await rescue();
  const successor = await stage.openWorker();
  const next = await successor.fetch(run.jobId);
  await LATE['completion']?.(await successor.session(), next);
  const { rows } = await operator.query(
    'select state, result, progress from howdah.job_history where id = $1',
    [run.jobId],
  );
  assert.deepEqual(rows, [{ state: 'completed', result: null, progress: 50 }]);
});
