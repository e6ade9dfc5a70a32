import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

const ROOT = join(import.meta.dirname, '../..');

/** What the blocks leave to the reader. A block that makes one of these itself hides it. */
const GIVEN = `
import type { PrismaPg } from '@prisma/adapter-pg';
import { pgTable, text } from 'drizzle-orm/pg-core';
import type pg from 'pg';
import type { EntitySchema } from 'typeorm';
import type { Howdah } from '../src/howdah/howdah.ts';
import type { TaskDefinition } from '../src/tasks/define-task.ts';
import type * as prisma from '../test/adapters/prisma-client.ts';

const table = pgTable('orders', { note: text().notNull() });

declare global {
  const note: string;
  const databaseUrl: string;
  const sendReceipt: TaskDefinition<{ note: string }>;
  const howdah: Howdah;
  const pool: pg.Pool;
  const orders: typeof table;
  const Order: EntitySchema<{ note: string }>;
  interface Database { orders: { note: string } }
  const PrismaClient: new (options: { adapter: PrismaPg }) => prisma.PrismaClient;
  interface TheirTransaction { all(text: string, values: unknown[]): Promise<object[]> }
  const tx: TheirTransaction;
}
`;

test('every block of docs/transactions.md compiles', async (t) => {
  const page = await readFile(join(ROOT, 'docs/transactions.md'), 'utf8');
  const blocks = [...page.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = '']) => code);
  assert.equal(blocks.length, 9);
  await mkdir(join(ROOT, '.howdah'), { recursive: true });
  const folder = await mkdtemp(join(ROOT, '.howdah/documentation-'));
  t.after(() => rm(folder, { recursive: true }));
  const files = [GIVEN, ...blocks].map((code, index) => {
    return [
      `block-${index}.ts`,
      code.replaceAll("'../src/", "'../../src/").replaceAll("'../test/", "'../../test/"),
    ];
  }) as [string, string][];
  for (const [name, code] of files) await writeFile(join(folder, name), code);
  const settings = { extends: '../../tsconfig.json', include: ['*.ts'] };
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(settings));
  assert.equal(await compile(folder), '');
});

/** What the compiler finds fault with. */
function compile(folder: string): Promise<string> {
  const compiler = join(ROOT, 'node_modules/.bin/tsc');
  return new Promise((resolve) => {
    execFile(compiler, ['--noEmit', '-p', folder], { cwd: folder }, (error, stdout, stderr) => {
      resolve(stdout || stderr || (error?.message ?? ''));
    });
  });
}
