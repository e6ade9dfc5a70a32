import type { Place } from './place.ts';
import { serverCpuMs } from './processes.ts';
import type { Servers } from './servers.ts';

/** What something cost the server that a contender keeps its jobs in. */
export interface ServerCost {
  /** Of all its processes, user and system. */
  cpuMs: number;
  /** Write-ahead log; NaN where there is none. */
  walBytes: number;
  /** Transactions; NaN where there are none. */
  commits: number;
}

/** @param work ends its sessions before it resolves, else the server does not know yet what they did */
export async function serverCost<Result>(
  servers: Servers,
  place: Place,
  work: () => Promise<Result>,
): Promise<ServerCost & { result: Result }> {
  const before = await read(servers, place);
  const result = await work();
  const after = await read(servers, place);
  return {
    result,
    cpuMs: after.cpuMs - before.cpuMs,
    walBytes: after.walBytes - before.walBytes,
    commits: after.commits - before.commits,
  };
}

async function read(servers: Servers, { server, url }: Place): Promise<ServerCost> {
  const cpuMs = serverCpuMs(servers.pid(server));
  if (server === 'redis') return { cpuMs, walBytes: Number.NaN, commits: Number.NaN };
  const [row] = await servers.query<{ walBytes: number; commits: number }>(
    url,
    `select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::float8 as "walBytes", xact_commit::float8 as commits
     from pg_stat_database where datname = current_database()`,
  );
  return { cpuMs, walBytes: row?.walBytes ?? Number.NaN, commits: row?.commits ?? Number.NaN };
}
