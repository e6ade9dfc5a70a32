import knex, { type Knex } from 'knex';
import type { Adapter } from './adapter.ts';
import { keepsTheContract } from './contract.ts';

const insert = (tx: Knex.Transaction, note: string) => tx('orders').insert({ note });

keepsTheContract('Knex', async (connection): Promise<Adapter<Knex.Transaction>> => {
  const db = knex({ client: 'pg', connection });
  return {
    transaction: (work) => db.transaction(work),
    insert,
    outside: db,
    close: () => db.destroy(),
  };
});

keepsTheContract(
  'Knex that is ended by hand, in a savepoint, with names of its own',
  async (connection): Promise<Adapter<Knex.Transaction>> => {
    const db = knex({
      client: 'pg',
      connection,
      compileSqlOnError: false,
      postProcessResponse: (result) =>
        result?.rows ? { ...result, rows: result.rows.map(toCamelCase) } : result,
      wrapIdentifier: (name, wrap) => wrap(name),
    });
    return {
      async transaction(work) {
        const outer = await db.transaction();
        try {
          const result = await outer.transaction(work);
          await outer.commit();
          return result;
        } catch (error) {
          await outer.rollback();
          throw error;
        }
      },
      insert,
      outside: db,
      close: () => db.destroy(),
    };
  },
);

function toCamelCase(row: object): object {
  const camel = (name: string) => name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [camel(name), value]));
}
