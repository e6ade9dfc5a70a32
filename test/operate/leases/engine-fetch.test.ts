import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import type { TaskList } from 'graphile-worker';
// The engine's own statement. It does not export it.
import { batchGetJobs } from '../../../node_modules/graphile-worker/dist/sql/getJobs.js';

const FUNCTION = new URL('../../../src/db/sql/lease/fetch_jobs.sql', import.meta.url);

const BATCH = 4711;
const SCHEMA = '"the_queue"';

test('a lease fetches as the engine does, but for the instant and for what follows', async () => {
  assert.equal(asTheEngineWrites(await readFile(FUNCTION, 'utf8')), inOneLine(await engineFetch()));
});

/** What the engine sends for a batch without flags to skip, by the clock of the database. */
async function engineFetch(): Promise<string> {
  const said: string[] = [];
  const answer = { rows: [{ id: 1, identifier: 'a_task' }] };
  const client = {
    query: async ({ text }: { text: string }) => {
      said.push(text);
      return answer;
    },
  };
  const run = (work: (given: typeof client) => unknown) => work(client);
  const withClient = Object.assign(run, { withRetries: run });
  const options = {
    workerSchema: 'the_queue',
    escapedWorkerSchema: SCHEMA,
    resolvedPreset: { worker: { preparedStatements: false, useNodeTime: false } },
  };
  const [given, client_] = [options, withClient] as unknown as Parameters<typeof batchGetJobs>;
  const tasks: TaskList = { a_task: () => {} };
  await batchGetJobs(given, client_, tasks, 'a_pool', null, BATCH);
  return said.find((text) => text.includes('skip locked')) ?? assert.fail(said.join('\n'));
}

/** The statement of ours, with what it has beyond the engine's taken back. */
function asTheEngineWrites(source: string): string {
  const [, fetch = ''] = /\$fetch\$\n(.*?)\n\),\nsuspects as \(/s.exec(source) ?? assert.fail(source);
  return inOneLine(fetch)
    .replaceAll('%1$I', SCHEMA)
    .replaceAll('locked_at = $4', 'locked_at = now()')
    .replace('limit $3', `limit ${BATCH}`)
    .replace('), taken as ( update', ') update')
    .replace('returning jobs.*', 'returning *');
}

const inOneLine = (text: string) => text.replaceAll(/\s+/g, ' ').trim();
