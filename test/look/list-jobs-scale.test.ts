import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { HowdahError } from '../../src/errors.ts';
import { toSqlFilter } from '../../src/look/find-jobs.ts';
import type { JobFilter } from '../../src/look/job-filter.ts';
import { listJobs } from '../../src/look/list-jobs.ts';
import { type OpenJobs, openJobs } from './open-jobs.ts';

const LIVE_COUNT = 60_000;
const FINISHED_COUNT = 120_000;
const PAGE_SIZE = 50;
const MAX_PAGE_MS = 50;

let jobs: OpenJobs;
before(async () => {
  jobs = await openJobs();
  const times = `now() - (${FINISHED_COUNT} - n) * interval '1 second'`;
  await jobs.addFinished(FINISHED_COUNT, {
    queue: `case when n % 100 = 0 then 'critical' else 'default' end`,
    state: `case when n % 1000 = 0 then 'discarded' else 'completed' end`,
    last_error: `case when n % 1000 = 0 then 'no route to host' end`,
    key: `case when n % 1000 = 0 then 'key ' || n end`,
    created_at: times,
    finished_at: times,
  });
  await jobs.addLive(20, { locked_at: 'now()', locked_by: `'pool-a'`, attempts: '1' });
  await jobs.addLive(20, {
    run_at: `now() + interval '1 hour'`,
    last_error: `'no route to host'`,
    attempts: '1',
  });
  await jobs.pool.query(
    `insert into howdah.runners (token, queue, kind, host, pid, concurrency, pool_id, running)
     select gen_random_uuid(), 'default', 'howdah', 'here', 1, 20, 'pool-a', array_agg(id)
     from howdah.jobs where worker = 'pool-a' and state = 'running'`,
  );
  await jobs.addLive(LIVE_COUNT);
  await jobs.analyze();
});
after(() => jobs.drop());

interface PlanNode {
  'Node Type': string;
  'Relation Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  Plans?: PlanNode[];
}

async function planOf(filter: JobFilter, beforeId?: string): Promise<PlanNode[]> {
  const { rows: statements } = await jobs.pool.query<{ text: string }>(
    'select howdah.find_jobs_statement($1::text::jsonb, $2, $3, null, true) as text',
    [JSON.stringify(toSqlFilter(filter)), PAGE_SIZE + 1, beforeId ?? null],
  );
  const { rows } = await jobs.pool.query(`explain (analyze, format json) ${statements[0]?.text}`);
  return flatten(rows[0]['QUERY PLAN'][0].Plan);
}

function flatten(node: PlanNode): PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(flatten)];
}

/** A misspelt name is no empty page. */
function refusedAsUnknown(error: unknown): void {
  if (!(error instanceof HowdahError) || error.code !== 'unknown_task') throw error;
}

const isBig = ({ 'Relation Name': name }: PlanNode) => name === '_private_jobs' || name === 'job_history';
const removedRows = (node: PlanNode) => (node['Rows Removed by Filter'] ?? 0) * node['Actual Loops'];
const rowsRead = (node: PlanNode) => node['Actual Rows'] * node['Actual Loops'] + removedRows(node);
const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000);
const inLastHour = hoursAgo(1);

const FILTERS: [string, JobFilter][] = [
  ['all jobs', {}],
  ['a queue', { queue: 'critical' }],
  ['available jobs', { states: ['available'] }],
  ['the few running jobs, which are the oldest', { states: ['running'] }],
  ['the few retryable jobs, which are old', { states: ['retryable'] }],
  ['completed jobs', { states: ['completed'] }],
  ['discarded jobs', { states: ['discarded'] }],
  ['discarded jobs of a queue', { states: ['discarded'], queue: 'critical' }],
  ['cancelled jobs, of which there are none', { states: ['cancelled'] }],
  ['completed jobs of a task', { states: ['completed'], task: 't1' }],
  ['a task that nobody knows', { task: 'nobody' }],
  ['a key', { key: 'key 5000' }],
  ['part of an error', { error: 'route' }],
  ['words to search', { search: 'key 5000' }],
  ['what finished in the last hour', { finishedAfter: inLastHour }],
  [
    'what finished in half an hour of yesterday',
    { finishedAfter: hoursAgo(20), finishedBefore: hoursAgo(19.5) },
  ],
  ['a worker’s running jobs', { states: ['running'], worker: 'pool-a' }],
];

describe(`a page of jobs among ${LIVE_COUNT} live and ${FINISHED_COUNT} finished`, () => {
  for (const [what, filter] of FILTERS) {
    test(`by ${what} reads no table from end to end and sorts no more than pages`, async () => {
      const nodes = await planOf(filter);
      const scans = nodes.filter(
        (node) => node['Node Type'] === 'Seq Scan' && isBig(node) && rowsRead(node) > 1_000,
      );
      assert.deepEqual(scans, []);
      const removed = nodes.reduce((sum, node) => sum + removedRows(node), 0);
      assert.ok(removed < 5_000, `${removed} rows were read in vain`);
      const sorts = nodes.filter((node) => node['Node Type'].includes('Sort'));
      for (const sort of sorts) assert.ok((sort.Plans?.[0]?.['Actual Rows'] ?? 0) <= 5_000);
    });

    test(`by ${what} takes less than ${MAX_PAGE_MS} ms`, async () => {
      const times: number[] = [];
      for (let round = 0; round < 5; round += 1) {
        const startedAt = performance.now();
        await listJobs(jobs.pool, filter, { limit: PAGE_SIZE }).catch(refusedAsUnknown);
        times.push(performance.now() - startedAt);
      }
      assert.ok(Math.min(...times) < MAX_PAGE_MS, `it took ${times.map(Math.round).join(', ')} ms`);
    });
  }

  test('by running jobs is what the workers say that they run', async () => {
    const { jobs: page } = await listJobs(jobs.pool, { states: ['running'] }, { limit: PAGE_SIZE });
    assert.equal(page.length, 20);
    assert.ok(page.every(({ state }) => state === 'running'));
  });

  test('far from the newest takes no longer than the first', async () => {
    const nodes = await planOf({}, '1000');
    const read = nodes
      .filter(isBig)
      .reduce((sum, node) => sum + node['Actual Rows'] * node['Actual Loops'], 0);
    assert.ok(read <= 4 * (PAGE_SIZE + 1), `${read} rows were read`);
  });
});
