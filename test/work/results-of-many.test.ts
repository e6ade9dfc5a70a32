import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { completionOf, FenceStage } from '../support/fence-stage.ts';

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

test('of results that come with the end of their runs only those of these very runs are kept', async () => {
  const worker = await stage.openWorker();
  const run = await worker.fetch(await stage.addJob());
  const noted = await worker.fetch(await stage.addJob());
  const ofFormerRun = await worker.fetch(await stage.addJob());
  const silent = await worker.fetch(await stage.addJob());
  const at = ({ identity }: typeof run, laterMs = 0) =>
    new Date((identity[3] as Date).getTime() + laterMs).toISOString();
  const results = {
    worker: worker.poolId,
    [run.jobId]: { at: at(run), result: null },
    [silent.jobId]: { at: at(silent), result: 'of another worker' },
    [noted.jobId]: { at: at(noted), note: 'reduced' },
    [ofFormerRun.jobId]: { at: at(ofFormerRun, -5), result: 'of another' },
  };
  const runs = [run, noted, ofFormerRun, silent].map(({ jobId }) => jobId);
  const session = await worker.session();
  await session.query(completionOf(runs.slice(0, 3), JSON.stringify(results)));
  await session.query(completionOf(runs.slice(3), JSON.stringify({ ...results, worker: 'another' })));
  const { rows } = await session.query(
    `select id::text as id, state, result::text, result_note as note from howdah.job_history where id = any ($1) order by id`,
    [runs],
  );
  const kept = [
    { result: 'null', note: null },
    { result: null, note: 'reduced' },
    { result: null, note: null },
    { result: null, note: null },
  ];
  assert.deepEqual(
    rows,
    kept.map((each, index) => ({ id: runs[index], state: 'completed', ...each })),
  );
});
