const CONFIG = `import { defineApp } from 'howdah';

export interface Services {
  readonly mailer: { send(to: string, text: string): Promise<string> };
}

export default defineApp<Services>({ name: 'shop', tasks: './tasks' });
`;

const TASK = `import { defineTask, SkipRetry } from 'howdah';
import { z } from 'zod';
import app from '../howdah.config.ts';

export const sendReceipt = defineTask({
  name: 'send_receipt',
  payload: z.strictObject({ order: z.number(), to: z.string() }),
});

export default app.handle(sendReceipt, async ({ order, to }, { services }) => {
  if (!to.includes('@')) throw new SkipRetry(\`\${to} is no address\`);
  return { id: await services.mailer.send(to, \`Your order \${order}\`) };
});
`;

const TESTS = `import assert from 'node:assert/strict';
import { test } from 'RUNNER';
import { HowdahError, PostgresDistributor } from 'howdah';
import { createTestDatabase, enqueued, RecordingDistributor, runDue, runTask } from 'howdah/testing';
import app from './howdah.config.ts';
import task, { sendReceipt } from './tasks/send-receipt.ts';

const connectionString = process.env['TEST_DATABASE_URL'] ?? '';
const services = { mailer: { send: async (to: string) => \`mail to \${to}\` } };
const to = 'ada@example.com';

test('runTask judges what this copy of the package throws', async () => {
  const sent = await runTask(task, { order: 7, to }, { services });
  assert.deepEqual([sent.outcome, sent.result], ['completed', { id: \`mail to \${to}\` }]);
  assert.equal((await runTask(task, { order: 7, to: 'ada' }, { services })).outcome, 'discarded');
});

test('enqueued sees what a transaction wrote, which is gone with it', async () => {
  const database = await createTestDatabase({ connectionString, app });
  const client = await database.pool.connect();
  await client.query('begin');
  await new PostgresDistributor().distribute(client, sendReceipt, { order: 7, to });
  assert.deepEqual((await enqueued(client, sendReceipt)).map(({ payload }) => payload.order), [7]);
  await client.query('rollback');
  client.release();
  assert.deepEqual(await enqueued(database.pool), []);
  const refused: unknown = await new RecordingDistributor()
    .distribute(client, sendReceipt, { order: '7' } as never)
    .catch((error: unknown) => error);
  assert.ok(refused instanceof HowdahError && refused.code === 'invalid_payload');
  await database.drop();
});

test('runDue judges what the task of the application throws', async () => {
  const database = await createTestDatabase({ connectionString, app });
  const { pool } = database;
  await new PostgresDistributor().distribute(pool, sendReceipt, { order: 1, to });
  await new PostgresDistributor().distribute(pool, sendReceipt, { order: 2, to: 'ada' });
  const runs = await runDue(app, { pool, services });
  assert.deepEqual(runs.map(({ outcome }) => outcome), ['completed', 'discarded']);
  await database.drop();
});
`;

/** An application with one task, and tests of it for both runners, by path. */
export const SCRATCH_PROJECT: Readonly<Record<string, string>> = {
  'howdah.config.ts': CONFIG,
  'tasks/send-receipt.ts': TASK,
  'receipts.test.ts': TESTS.replace('RUNNER', 'node:test'),
  'receipts.spec.ts': TESTS.replace('RUNNER', 'vitest'),
};
