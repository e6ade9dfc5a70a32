import postgres from 'postgres';
import type { Adapter } from './adapter.ts';
import { keepsTheContract } from './contract.ts';

const insert = (tx: postgres.TransactionSql, note: string) => tx`insert into orders (note) values (${note})`;

keepsTheContract('postgres.js', async (connectionString): Promise<Adapter<postgres.TransactionSql>> => {
  const sql = postgres(connectionString, { max: 3 });
  return {
    transaction: async (work) =>
      (await sql.begin(async (tx) => ({ result: await work(tx) }))).result as never,
    insert,
    outside: sql,
    close: () => sql.end(),
  };
});

keepsTheContract(
  'postgres.js, in a savepoint, with names and types of its own',
  async (connectionString): Promise<Adapter<postgres.TransactionSql>> => {
    const date = {
      to: 1184,
      from: [1082, 1114, 1184],
      serialize: (instant: Date) => instant.toISOString(),
      parse: (instant: string) => ({ instant }),
    };
    const sql = postgres(connectionString, {
      max: 3,
      transform: { ...postgres.camel, undefined: null },
      types: { bigint: postgres.BigInt, date } as never,
    });
    return {
      transaction: async (work) => {
        const begun = sql.begin((outer) => outer.savepoint(async (tx) => ({ result: await work(tx) })));
        return (await begun).result as never;
      },
      insert,
      outside: sql as never,
      close: () => sql.end(),
    };
  },
);
