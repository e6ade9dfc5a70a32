import type { Place } from './place.ts';
import type { Servers } from './servers.ts';

/** Rows that are gone and still take room, in all tables of a contender; NaN where there is no such thing. */
export async function deadTuples(servers: Servers, { server, url }: Place): Promise<number> {
  if (server === 'redis') return Number.NaN;
  const [row] = await servers.query<{ dead: number }>(
    url,
    'select sum(n_dead_tup)::float8 as dead from pg_stat_user_tables',
  );
  return row?.dead ?? Number.NaN;
}
