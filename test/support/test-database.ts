import pg from 'pg';
import { migrateDatabase } from '../../src/db/migrate.ts';
export interface TestDatabase { connectionString: string; name: string; drop(): Promise<void> }
export async function createTestDatabase(): Promise<TestDatabase> {
  const admin = new pg.Client({ connectionString: 'postgres://postgres@127.0.0.1:54999/postgres' });
  await admin.connect();
  const name = `test_${process.pid}_${Math.random().toString(36).slice(2)}`;
  await admin.query(`create database ${name}`);
  const connectionString = `postgres://postgres@127.0.0.1:54999/${name}`;
  await migrateDatabase({ connectionString, queues: ['critical', 'default'] });
  return { connectionString, name, async drop() { await admin.query(`drop database ${name} with (force)`); await admin.end(); } };
}
