export const GIVEN = {
  'mailer.ts': `export class MailRejectedError extends Error {}
export class Mailer {
  constructor(_address: string | undefined) {}
  async send(_mail: object, _options: { signal: AbortSignal }): Promise<void> {}
  close(): void {}
}`,
  'render.ts': `export async function render(_month: string, _options: { onPage(percent: number): void }) { return 3; }`,
  'book-payment.ts': `import { defineTask, z } from 'howdah';
export const bookPayment = defineTask({ name: 'book_payment', payload: z.strictObject({ payment_id: z.string() }) });`,
  'database.ts': `import { drizzle } from 'drizzle-orm/node-postgres';
import { pgTable, text } from 'drizzle-orm/pg-core';
export const db = drizzle('postgres://localhost/shop');
export const payments = pgTable('payments', { id: text().notNull() });
export const months = pgTable('months', { month: text().notNull() });`,
};
