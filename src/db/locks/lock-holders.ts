import type pg from 'pg';
import { createClient } from '../connections/connection.ts';

/** For an answer; the wait itself goes on without one. */
const PATIENCE_MS = 5_000;
const SECOND_MS = 1_000;
const MINUTE = 60;

/** A session that stands in another one's way. */
export interface LockHolder {
  /** 0 for a prepared transaction, which no session belongs to. */
  pid: number;
  /** Null for the server's own processes. */
  user: string | null;
  application: string | null;
  state: string | null;
  /** Since when its transaction is open, in milliseconds; null where this role may not know. */
  openMs: number | null;
  /** Which it has locked of what is waited for, as `howdah.runners, graphile_worker._private_jobs`; null where that is no table's. */
  tables: string | null;
}

/** Sees, over a connection of its own that it makes when first asked, for whom a session waits. */
export class LockWatch {
  readonly #connectionString: string;
  #client: Promise<pg.Client> | undefined;

  constructor(connectionString: string) {
    this.#connectionString = connectionString;
  }

  /** The sessions that these wait for just now; none when they do not wait, and when nobody can be asked. */
  async holders(...pids: number[]): Promise<LockHolder[]> {
    try {
      this.#client ??= this.#connect();
      const { rows } = await (await this.#client).query<LockHolder>(
        `select b.pid, a.usename::text as user, nullif(a.application_name, '') as application, a.state,
                (extract(epoch from clock_timestamp() - a.xact_start) * 1000)::float8 as "openMs", b.tables
         from (select holder as pid, string_agg(distinct l.relation::regclass::text, ', ') as tables
               from unnest($1::integer[]) waiting
               cross join unnest(pg_blocking_pids(waiting)) holder
               left join pg_locks l on l.pid = waiting and (l.locktype = 'tuple' or (l.locktype = 'relation' and not l.granted))
               group by holder) b
         left join pg_stat_activity a on a.pid = b.pid
         where b.pid <> all ($1::integer[])
         order by a.xact_start nulls last, b.pid`,
        [pids],
      );
      return rows;
    } catch {
      return []; // the wait goes on without a name rather than fail for the lack of one
    }
  }

  async close(): Promise<void> {
    await this.#client?.then((client) => client.end()).catch(() => {});
  }

  async #connect(): Promise<pg.Client> {
    const client = createClient(
      {
        connectionString: this.#connectionString,
        applicationName: 'howdah lock watch',
        settings: { search_path: 'pg_catalog, pg_temp' },
      },
      { connectionTimeoutMillis: PATIENCE_MS, query_timeout: PATIENCE_MS },
    );
    await client.connect();
    return client;
  }
}

/** As fields of a log line. */
export interface HeldTables {
  /** Of what these sessions wait for, where that is known. */
  table?: string;
  /** In words, for whom. */
  held_by: string;
}

/** For whom these sessions wait just now; undefined when they do not, or nobody can be asked. */
export async function findHolders(
  connectionString: string,
  pids: readonly number[],
): Promise<HeldTables | undefined> {
  const watch = new LockWatch(connectionString);
  try {
    const holders = await watch.holders(...pids);
    if (holders.length === 0) return undefined;
    const tables = new Set(holders.flatMap(({ tables }) => tables?.split(', ') ?? []));
    const held_by = holders.map(describeHolder).join(' and ');
    return { ...(tables.size > 0 && { table: [...tables].join(', ') }), held_by };
  } finally {
    await watch.close();
  }
}

/** Such as: pid 4711 (user bank, application pg_dump, in a transaction for 3 min 20 s). */
export function describeHolder({ pid, user, application, state, openMs }: LockHolder): string {
  if (pid === 0) return 'a prepared transaction (see pg_prepared_xacts)';
  const facts = [
    user === null ? 'a process of the server' : `user ${user}`,
    ...(application === null ? [] : [`application ${application}`]),
    ...(state === null ? [] : [state]),
    openMs === null
      ? 'for how long its transaction is open is not shown'
      : `in a transaction for ${describeMs(openMs)}`,
  ];
  return `pid ${pid} (${facts.join(', ')})`;
}

/** To the nearest second, such as: 12 s, 3 min 20 s. */
export function describeMs(ms: number): string {
  const seconds = Math.round(ms / SECOND_MS);
  if (seconds < MINUTE) return `${seconds} s`;
  const minutes = `${Math.floor(seconds / MINUTE)} min`;
  return seconds % MINUTE === 0 ? minutes : `${minutes} ${seconds % MINUTE} s`;
}
