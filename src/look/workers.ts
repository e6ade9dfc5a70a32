import { queryRows, type SqlClient } from '../db/sql-client.ts';
import { sqlInstant, toDate } from './instant.ts';

/** A broker that jobs of a worker go to, as its latest heartbeat said. */
export interface WorkerBroker {
  name: string;
  /** `down`: it takes no messages from this worker, and their jobs wait. */
  state: 'up' | 'down';
  /** Since when it has been down; null while it is up. */
  since: Date | null;
  /** Why; null likewise. */
  because: string | null;
  /** The tasks whose jobs wait for it; none while it is up. */
  tasks: string[];
}

/** A runner that lives: one queue's worker pool in one process. */
export interface Worker {
  token: string;
  queue: string;
  /** `lease` for one over HTTP. */
  kind: 'howdah' | 'graphile-worker' | 'lease';
  /** Of its process; of one over HTTP the name that it gave. */
  host: string;
  /** null for one over HTTP. */
  pid: number | null;
  /** Jobs it runs at once. */
  concurrency: number;
  /** Jobs it was running at its latest heartbeat. */
  runningCount: number;
  state: 'idle' | 'busy' | 'paused' | 'blocked' | 'silent';
  startedAt: Date;
  heartbeatAt: Date;
  /** How long ago that was, by the database's clock. */
  heartbeatAgeSeconds: number;
  /** Whose tasks it runs; null for a worker of a version before applications had names. */
  application: string | null;
  /** Of Howdah, in its process; null for one that does not say. */
  version: string | null;
  /** Memory of its process (resident set) at its latest heartbeat; null likewise. */
  memoryBytes: number | null;
  /** The jobs that `runningCount` counts. */
  runningJobs: string[];
  /** What jobs name as their worker. */
  poolId: string | null;
  tasks: string[];
  /** Since when its process's event loop has been blocked; null while it turns. */
  blockedSince: Date | null;
  /** When the lease of one over HTTP runs out, unless it is heard of before; null for others. */
  expiresAt: Date | null;
  /** Jobs whose handlers are still at work there though their run is over or should be: they ignore their signal. */
  abandoned: string[];
  /** Where its jobs go that it hands over, by name; empty for a worker that runs all of them. */
  brokers: WorkerBroker[];
}

interface WorkerRow
  extends Omit<Worker, 'startedAt' | 'heartbeatAt' | 'blockedSince' | 'expiresAt' | 'brokers'> {
  startedAt: number;
  heartbeatAt: number;
  blockedSince: number | null;
  expiresAt: number | null;
  brokers: (Omit<WorkerBroker, 'since'> & { since: number | null })[];
}

const SELECT_BROKERS = `
  select coalesce(json_agg(json_build_object(
           'name', b.name, 'state', case when b.because is null then 'up' else 'down' end,
           'since', ${sqlInstant('b.since')}, 'because', b.because, 'tasks', b.tasks) order by b.name, b.because), '[]')
  from jsonb_to_recordset(brokers) b (name text, since timestamptz, because text, tasks json)`;

const SELECT = `
  select token::text, queue, kind, host, pid, concurrency, running as "runningCount", state,
         ${sqlInstant('started_at')} as "startedAt", ${sqlInstant('heartbeat_at')} as "heartbeatAt",
         greatest(0, extract(epoch from clock_timestamp() - heartbeat_at))::float8 as "heartbeatAgeSeconds", application,
         version, memory_bytes::float8 as "memoryBytes", to_json(running_jobs::text[]) as "runningJobs",
         pool_id as "poolId", to_json(tasks) as tasks,
         ${sqlInstant('blocked_since')} as "blockedSince", ${sqlInstant('expires_at')} as "expiresAt",
         to_json(abandoned::text[]) as abandoned, (${SELECT_BROKERS}) as brokers
  from howdah.workers
  order by queue, started_at, token`;

/** Every worker, by queue and age. */
export async function listWorkers(client: SqlClient): Promise<Worker[]> {
  const rows = await queryRows<WorkerRow>(client, SELECT, []);
  return rows.map((row) => ({
    ...row,
    startedAt: new Date(row.startedAt),
    heartbeatAt: new Date(row.heartbeatAt),
    blockedSince: toDate(row.blockedSince),
    expiresAt: toDate(row.expiresAt),
    brokers: row.brokers.map((broker) => ({ ...broker, since: toDate(broker.since) })),
  }));
}
