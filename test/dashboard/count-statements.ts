import type pg from 'pg';

/** What was sent to a database over a pool, counted from its first connection on. */
export interface SentStatements {
  count: number;
}

/** @param isMeant by its text; @default every statement */
export function countStatements(
  pool: pg.Pool,
  isMeant: (text: string) => boolean = () => true,
): SentStatements {
  const sent = { count: 0 };
  pool.on('connect', (client) => {
    // Whatever asks a client of node-postgres passes there.
    const query = client.query.bind(client) as (...given: unknown[]) => unknown;
    client.query = ((...given: unknown[]) => {
      if (isMeant(textOf(given[0]))) sent.count += 1;
      return query(...given);
    }) as typeof client.query;
  });
  return sent;
}

function textOf(statement: unknown): string {
  if (typeof statement === 'string') return statement;
  return (statement as { text?: string } | undefined)?.text ?? '';
}
