import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { z } from 'zod';
import { defineTask } from '../../src/tasks/define-task.ts';
import { runHere } from '../support/howdah-cli.ts';
import { scalar } from '../support/job-states.ts';
import { openTestQueue, type TestQueue } from '../support/test-queue.ts';

const PAYLOAD = '{"n":1234567890123456791}';

let queue: TestQueue;
before(async () => {
  const anything = defineTask<unknown>({ name: 'takes_anything', payload: z.unknown() });
  const numbers = defineTask<unknown>({ name: 'takes_numbers', payload: z.strictObject({ n: z.number() }) });
  const ids = defineTask<unknown>({
    name: 'takes_ids',
    payload: z.strictObject({
      n: z.bigint(),
      more: z.array(z.object({ id: z.int64(), no: z.int() })).optional(),
    }),
  });
  queue = await openTestQueue([
    [anything, async () => {}],
    [ids, async () => {}],
    [numbers, async () => {}],
  ]);
  process.env['DATABASE_URL'] = queue.database.connectionString;
});
after(() => queue.close());

test('howdah enqueue keeps every digit of a number, and the commands that show it too', async () => {
  const { stdout, exitCode } = await runHere(['enqueue', 'takes_anything', PAYLOAD, '--delay', '1h']);
  assert.equal(exitCode, 0);
  const { id } = JSON.parse(stdout);
  assert.equal(await scalar(queue, 'select payload::text from howdah.jobs where id = $1', [id]), PAYLOAD);
  for (const args of [
    ['job', id, '--json'],
    ['job', id, '--text'],
    ['sql', `select payload from howdah.jobs where id = ${id}`],
  ]) {
    assert.match((await runHere(args)).stdout, /"n": ?1234567890123456791/, args.join(' '));
  }
});

test('howdah enqueue refuses it where the schema asks for a number that a double holds', async () => {
  const { stderr, exitCode } = await runHere(['enqueue', 'takes_numbers', PAYLOAD]);
  assert.notEqual(exitCode, 0);
  assert.match(
    stderr,
    /payload\.n: expected a number that a double holds exactly, received a longer whole one/,
  );
});

test('howdah enqueue takes it where the schema asks for a bigint, and tells what else is wrong', async () => {
  const [id] = [PAYLOAD.slice(5, -1)];
  const payload = `{"n":${id},"more":[{"id":-${id},"no":1}]}`;
  const { stdout, stderr, exitCode } = await runHere(['enqueue', 'takes_ids', payload, '--delay', '1h']);
  assert.equal(exitCode, 0, stderr);
  const job = JSON.parse(stdout).id;
  assert.equal(await scalar(queue, 'select payload::text from howdah.jobs where id = $1', [job]), payload);
  const wrong = `{"n":${id},"more":[{"id":"a","no":1},{"id":${id},"no":${id}}],"other":1}`;
  const refused = (await runHere(['enqueue', 'takes_ids', wrong])).stderr.replace(/^howdah: /, '').trim();
  assert.deepEqual(
    refused
      .split('; ')
      .map((each) => each.split(':')[0])
      .sort(),
    [
      'payload.more[0].id',
      'payload.more[1].no',
      'payload.other',
      'write it as text, or have the schema ask for a bigint',
    ].sort(),
  );
});

test('howdah enqueue refuses a number that no double holds, which would be kept as null', async () => {
  const { stderr, exitCode } = await runHere(['enqueue', 'takes_anything', '{"n":1e400}']);
  assert.notEqual(exitCode, 0);
  assert.match(stderr, /payload\.n: expected a number that JSON and a double can hold, received Infinity/);
});
