export const GIVEN = {
  'howdah.config.ts': `import { defineApp } from 'howdah';
interface Services {
  mailer: { send(text: string, options: { signal: AbortSignal }): Promise<void> };
}
export default defineApp<Services>({ name: 'shop', tasks: './tasks' });`,
  'given.ts': `import type { NodePgDatabase } from 'drizzle-orm/node-postgres';
import { pgTable, text } from 'drizzle-orm/pg-core';
const table = pgTable('orders', { id: text().notNull() });
declare global {
  const db: NodePgDatabase;
  const orders: typeof table;
}`,
};
