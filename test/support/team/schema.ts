import { bigint, pgTable, text } from 'drizzle-orm/pg-core';

/** What a team's own database is to be: a table called as one of the bank's, and none of the others that are there. */
export const users = pgTable('users', {
  id: bigint('id', { mode: 'bigint' }).primaryKey(),
  email: text('email').unique(),
  nickname: text('nickname'),
});
