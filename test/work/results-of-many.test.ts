import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { FenceStage } from '../support/fence-stage.ts';

let stage: FenceStage;

before(async () => {
  stage = await FenceStage.open();
});
after(() => stage.close());

test('of results of many runs only that of a lost job is left out, and of two for one run the later counts', async () => {
  const worker = await stage.openWorker();
  const run = await worker.fetch(await stage.addJob());
  const later = await worker.fetch(await stage.addJob());
  const lost = await (await stage.openWorker()).fetch(await stage.addJob());
  const runs = [later, lost, run, later];
  const values = [
    runs.map(({ jobId }) => jobId),
    runs.map(() => worker.poolId),
    runs.map(({ identity }) => identity[3]),
    runs.map((_, index) => JSON.stringify({ index })),
    ['reduced', null, null, null],
  ];
  const session = await worker.session();
  const { rows } = await session.query(
    `select howdah.report_results('default', $1, $2, $3, $4, $5) as stored`,
    values,
  );
  assert.deepEqual(rows[0].stored.toSorted(), [1, 3, 4]);
  const { rows: kept } = await session.query(
    `select job_id::text as id, attempt, worker, result, result_note as note from howdah.job_reports
     where job_id = any ($1) order by job_id`,
    values.slice(0, 1),
  );
  const ofWorker = { attempt: 1, worker: worker.poolId, note: null };
  assert.deepEqual(kept, [
    { id: run.jobId, ...ofWorker, result: { index: 2 } },
    { id: later.jobId, ...ofWorker, result: { index: 3 } },
  ]);
});
