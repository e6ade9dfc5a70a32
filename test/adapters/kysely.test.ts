import { CamelCasePlugin, Kysely, ParseJSONResultsPlugin, PostgresDialect, type Transaction } from 'kysely';
import pg from 'pg';
import type { Adapter } from './adapter.ts';
import { keepsTheContract } from './contract.ts';

interface Database {
  orders: { note: string };
}

const insert = (tx: Transaction<Database>, note: string) =>
  tx.insertInto('orders').values({ note }).execute();

keepsTheContract('Kysely', async (connectionString): Promise<Adapter<Transaction<Database>>> => {
  const db = new Kysely<Database>({
    dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString }) }),
  });
  return {
    transaction: (work) => db.transaction().execute(work),
    insert,
    outside: db,
    isOutsideOneConnection: true,
    close: () => db.destroy(),
  };
});

keepsTheContract(
  'Kysely that is controlled by hand, with plugins',
  async (connectionString): Promise<Adapter<Transaction<Database>>> => {
    const db = new Kysely<Database>({
      dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString }) }),
      plugins: [new CamelCasePlugin(), new ParseJSONResultsPlugin()],
    });
    return {
      async transaction(work) {
        const tx = await db.startTransaction().execute();
        try {
          const result = await work(tx);
          await tx.commit().execute();
          return result;
        } catch (error) {
          await tx.rollback().execute();
          throw error;
        }
      },
      insert,
      outside: db,
      isOutsideOneConnection: true,
      close: () => db.destroy(),
    };
  },
);
