export const GIVEN = {
  'given.ts': `import type { App, Howdah, SqlClient, TaskDefinition } from 'howdah';
import type { NodePgDatabase } from 'drizzle-orm/node-postgres';
import { integer, pgTable } from 'drizzle-orm/pg-core';
const table = pgTable('transfers', { amount: integer().notNull() });
declare global {
  const app: App<{ db: NodePgDatabase }>;
  const howdah: Howdah;
  const bookTransfer: TaskDefinition<{ amount: number }>;
  const pollBank: TaskDefinition<{ cursor: string }>;
  const transfers: typeof table;
  function readOn(tx: SqlClient, cursor: string): Promise<string>;
}`,
};
