import 'reflect-metadata';
import { DataSource, type EntityManager, EntitySchema, type QueryRunner } from 'typeorm';
import type { Adapter } from './adapter.ts';
import { keepsTheContract } from './contract.ts';

const orders = new EntitySchema<{ note: string }>({
  name: 'orders',
  columns: { note: { type: 'text', primary: true } },
});

async function openSource(url: string): Promise<DataSource> {
  return new DataSource({ type: 'postgres', url, entities: [orders] }).initialize();
}

keepsTheContract('TypeORM, by its manager', async (url): Promise<Adapter<EntityManager>> => {
  const source = await openSource(url);
  return {
    transaction: (work) => source.transaction(work),
    insert: (tx, note) => tx.insert(orders, { note }),
    outside: source.manager,
    close: () => source.destroy(),
  };
});

keepsTheContract('TypeORM, by its query runner', async (url): Promise<Adapter<QueryRunner>> => {
  const source = await openSource(url);
  return {
    async transaction(work) {
      const runner = source.createQueryRunner();
      await runner.startTransaction();
      try {
        const result = await work(runner);
        await runner.commitTransaction();
        return result;
      } catch (error) {
        await runner.rollbackTransaction();
        throw error;
      } finally {
        await runner.release();
      }
    },
    insert: (tx, note) => tx.manager.insert(orders, { note }),
    outside: source,
    close: () => source.destroy(),
  };
});
