import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import type pg from 'pg';
import { completionOf, FenceStage, type StagedWorker } from '../support/fence-stage.ts';

let stage: FenceStage;
let operator: pg.Client;
let worker: StagedWorker;
let lost: string;
let held: string;

before(async () => {
  stage = await FenceStage.open();
  operator = await stage.connect();
});

after(() => stage.close());

/** Of two jobs that it took, the worker lost one to nobody yet; it is not retired for that. */
beforeEach(async () => {
  worker = await stage.openWorker();
  [lost, held] = [await stage.addJob(), await stage.addJob()];
  for (const jobId of [lost, held]) await worker.fetch(jobId);
  await operator.query("begin; set local howdah.releasing = 'on'");
  await operator.query(
    'update graphile_worker._private_jobs set locked_by = null, locked_at = null where id = $1',
    [lost],
  );
  await operator.query('commit');
});

async function holders(): Promise<Map<string, string | null>> {
  const { rows } = await operator.query<{ id: string; by: string | null }>(
    'select id::text, locked_by as by from graphile_worker._private_jobs where id = any ($1)',
    [[lost, held]],
  );
  return new Map(rows.map(({ id, by }) => [id, by]));
}

test('a batch of a worker’s ends the jobs that it holds, and passes over the one that it lost', async () => {
  const { rows } = await (await worker.session()).query(completionOf([lost, held], ''));
  assert.deepEqual(rows[0].ids, `{${held}}`);
  assert.deepEqual(await holders(), new Map([[lost, null]]));
});

test('a batch that goes by ids alone, as of a version before, ends none when one is lost', async () => {
  const byIds = 'delete from graphile_worker._private_jobs as jobs where id = any ($1::bigint[])';
  await assert.rejects((await worker.session()).query(byIds, [[lost, held]]), { code: 'HWLST' });
  assert.deepEqual(
    await holders(),
    new Map([
      [lost, null],
      [held, worker.poolId],
    ]),
  );
});
