export const GIVEN = {
  'howdah.config.ts': `import { defineApp } from 'howdah';
export default defineApp({ name: 'shop', tasks: './tasks' });`,
  'tasks/send-receipt.ts': `import { defineTask } from 'howdah';
import { z } from 'zod';
export const sendReceipt = defineTask({ name: 'send_receipt', payload: z.strictObject({ order_id: z.string() }) });`,
  'given.ts': `import type { NodePgDatabase } from 'drizzle-orm/node-postgres';
import { pgTable, text } from 'drizzle-orm/pg-core';
const table = pgTable('orders', { id: text().notNull() });
declare global {
  const db: NodePgDatabase;
  const orders: typeof table;
  const databaseUrl: string;
}`,
};
