/** A block that makes one of the globals itself hides it. */
export const GIVEN = {
  'send-receipt.ts': `import { defineTask, z } from 'howdah';
export const sendReceipt = defineTask({ name: 'send_receipt', payload: z.strictObject({ note: z.string() }) });`,
  'given.ts': `import type { PrismaPg } from '@prisma/adapter-pg';
import { pgTable, text } from 'drizzle-orm/pg-core';
import type pg from 'pg';
import type { EntitySchema } from 'typeorm';
import type { howdah as shown } from './howdah.ts';
import type { sendReceipt as task } from './send-receipt.ts';
import type * as prisma from '../../../test/adapters/prisma-client.ts';

const table = pgTable('orders', { note: text().notNull() });

declare global {
  const note: string;
  const databaseUrl: string;
  const sendReceipt: typeof task;
  const howdah: typeof shown;
  const pool: pg.Pool;
  const orders: typeof table;
  const Order: EntitySchema<{ note: string }>;
  interface Database { orders: { note: string } }
  const PrismaClient: new (options: { adapter: PrismaPg }) => prisma.PrismaClient;
  interface TheirTransaction { all(text: string, values: unknown[]): Promise<object[]> }
  const tx: TheirTransaction;
}`,
};
