import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type pg from 'pg';
import { type OpenJobs, openJobs } from '../look/open-jobs.ts';
import { createTestLogin, type TestLogin } from '../support/test-login.ts';

const COUNT = 20_000;

let jobs: OpenJobs;
let viewer: TestLogin;

before(async () => {
  jobs = await openJobs();
  await jobs.addFinished(COUNT);
  await jobs.addLive(COUNT);
  await jobs.addLive(COUNT, { schema: 'graphile_worker_critical' });
  await jobs.analyze();
  const { connectionString = '' } = jobs.pool.options;
  viewer = await createTestLogin({ connectionString }, jobs.pool, ['howdah_viewer']);
});

after(async () => {
  await viewer.drop();
  await jobs.drop();
});

interface PlanNode {
  'Node Type': string;
  'Relation Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  Plans?: PlanNode[];
}

async function planOf(pool: pg.Pool, statement: string): Promise<PlanNode[]> {
  const { rows } = await pool.query(`explain (analyze, format json) ${statement}`);
  const flatten = (node: PlanNode): PlanNode[] => [node, ...(node.Plans ?? []).flatMap(flatten)];
  return flatten(rows[0]['QUERY PLAN'][0].Plan);
}

const isBig = ({ 'Relation Name': name }: PlanNode) => name === '_private_jobs' || name === 'job_history';

for (const who of ['the owner', 'a viewer, whose payloads are hidden']) {
  for (const where of ['', "where queue = 'critical'", 'where id < 50000']) {
    test(`the latest jobs ${where} are read from primary keys in order, by ${who}`, async () => {
      const pool = who === 'the owner' ? jobs.pool : viewer.pool;
      const nodes = await planOf(pool, `select * from howdah.jobs ${where} order by id desc limit 20`);
      const types = nodes.map((node) => node['Node Type']);
      assert.ok(!types.some((type) => type.includes('Sort')), types.join(', '));
      if (!where.includes('queue')) assert.ok(types.includes('Merge Append'), types.join(', '));
      const read = nodes
        .filter(isBig)
        .reduce((sum, node) => sum + node['Actual Rows'] * node['Actual Loops'], 0);
      assert.ok(read <= 70, `${read} rows were read for a page of 20`);
    });
  }
}

test('one job by its id reads a row', async () => {
  const nodes = await planOf(viewer.pool, 'select * from howdah.jobs where id = 100');
  assert.ok(nodes.filter(isBig).every((node) => node['Node Type'].startsWith('Index')));
});
