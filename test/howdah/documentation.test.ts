import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createHowdah } from '../../src/howdah/create-howdah.ts';
import { compileBlocks } from '../support/compile-blocks.ts';

const GIVEN = {
  'howdah.config.ts': `import { defineApp } from 'howdah';
export default defineApp({ name: 'shop', tasks: './tasks' });`,
  'tasks/send-receipt.ts': `import { defineTask } from 'howdah';
import { z } from 'zod';
export const sendReceipt = defineTask({ name: 'send_receipt', payload: z.strictObject({ order_id: z.string() }) });`,
  'given.ts': `import type { NodePgDatabase } from 'drizzle-orm/node-postgres';
import { pgTable, text } from 'drizzle-orm/pg-core';
const table = pgTable('orders', { id: text().notNull() });
declare global {
  const databaseUrl: string;
  const db: NodePgDatabase;
  const orders: typeof table;
}`,
};

test('every block of docs/typescript.md compiles, and every method is in one', async () => {
  const { blocks, faults } = await compileBlocks('docs/typescript.md', GIVEN);
  assert.equal(faults, '');
  const shown = blocks.join('\n');
  const listed = ['announce', 'tasks', 'schedules', 'workers', 'close'];
  const missing = Object.keys(createHowdah()).filter(
    (name) => !listed.includes(name) && !shown.includes(`howdah.${name}`),
  );
  assert.deepEqual(missing, []);
});
