import pg from 'pg';
import { inTransaction } from '../support/in-transaction.ts';
import type { Adapter } from './adapter.ts';
import { keepsTheContract } from './contract.ts';

const insert = (tx: pg.ClientBase, note: string) => tx.query('insert into orders values ($1)', [note]);

keepsTheContract('a pg client', async (connectionString): Promise<Adapter<pg.Client>> => {
  const client = new pg.Client({ connectionString });
  await client.connect();
  return {
    transaction: (work) => inTransaction(client, () => work(client)),
    insert,
    outside: client,
    isOutsideOneConnection: true,
    close: () => client.end(),
  };
});

/** As an application may have set them. */
const PARSERS: pg.CustomTypesConfig = {
  getTypeParser: (id: number) => {
    if (id === 20) return BigInt;
    return id === 25 ? (text: string) => text : (text: string) => ({ parsed: text });
  },
};

keepsTheContract(
  'a client of a pg pool, with parsers of its own',
  async (connectionString): Promise<Adapter<pg.PoolClient>> => {
    const pool = new pg.Pool({ connectionString, types: PARSERS });
    return {
      async transaction(work) {
        const client = await pool.connect();
        return inTransaction(client, () => work(client)).finally(() => client.release());
      },
      insert,
      outside: pool,
      close: () => pool.end(),
    };
  },
);
