import { queryRows, type SqlClient } from '../db/sql-client.ts';
import { type ChartPoint, readChart } from './chart.ts';
import { sqlInstant } from './instant.ts';
import { type QueueStats, readQueueStats } from './queue-stats.ts';
import { type QueueVerdict, type Standstill, toVerdict } from './queue-verdict.ts';

const MINUTE_MS = 60_000;

/** Ends and failed attempts of a queue in a minute. */
export interface QueueMinute {
  at: Date;
  completedCount: number;
  failedCount: number;
  discardedCount: number;
}

export interface OverviewQueue extends QueueStats {
  verdict: QueueVerdict;
  /** The last hour, oldest first; no minute in which nothing ended or failed. */
  minutes: QueueMinute[];
}

/** The processes that run jobs, each once, whatever the number of its queues. */
export interface FleetSummary {
  /** With a heartbeat in the last 10 s. */
  aliveCount: number;
  /** Those of them whose event loop is blocked by a handler. */
  blockedCount: number;
  /** Without a heartbeat for 10 s, and not given up yet. */
  silentCount: number;
}

/** Whether all is well, and what is not. */
export interface Overview {
  /** By name. */
  queues: OverviewQueue[];
  fleet: FleetSummary;
  /** The last hour of all queues together, a point a minute, up to the last one counted. */
  chart: ChartPoint[];
}

export interface OverviewOptions {
  /** A queue is behind when a job that could have run has waited for so long. @default 30 */
  behindSeconds?: number;
  /**
   * Reads why queues are behind, for which tables of jobs that ended are looked at too; undefined leaves it out. @default waits
   * for it
   */
  aside?: <T>(read: (client: SqlClient) => Promise<T>) => Promise<T | undefined>;
}

const MINUTES = `
  select queue, ${sqlInstant('at')} as at, sum(completed)::float8 as "completedCount", sum(failed)::float8 as "failedCount",
         sum(discarded)::float8 as "discardedCount"
  from howdah.task_charts
  where step = interval '1 minute' and at >= now() - interval '1 hour'
  group by queue, at
  order by queue, at`;

const FLEET = `
  select count(*) filter (where p.is_alive)::float8 as "aliveCount", count(*) filter (where not p.is_alive)::float8 as "silentCount",
         count(*) filter (where p.is_alive and p.is_blocked)::float8 as "blockedCount"
  from (select bool_or(coalesce(w.expires_at, w.heartbeat_at + interval '10 seconds') > clock_timestamp()) as is_alive,
               bool_or(w.blocked_since is not null) as is_blocked
        from howdah.workers w group by w.process) p`;

const BEHIND = `
  select queue, job_id::text as "jobId", waited_seconds as "waitedSeconds", cause, explanation, remedy
  from howdah.explain_queues($1)`;

type MinuteRow = Omit<QueueMinute, 'at'> & { queue: string; at: number };

/**
 * All that the first page shows, but for failures. Costs some tens of milliseconds at most at any number of jobs, in
 * statements that read a bounded number of rows each: share it (SharedReading) where many look.
 */
export async function readOverview(
  client: SqlClient,
  { behindSeconds = 30, aside = (read) => read(client) }: OverviewOptions = {},
): Promise<Overview> {
  const stats = await readQueueStats(client);
  const standstills = await aside((own) => readStandstills(own, behindSeconds));
  const minutes = await queryRows<MinuteRow>(client, MINUTES, []);
  const [fleet] = await queryRows<FleetSummary>(client, FLEET, []);
  const queues = stats.map((queue) => ({
    ...queue,
    verdict: toVerdict(
      queue,
      standstills === undefined ? 'unread' : standstills.find((each) => each.queue === queue.queue),
      behindSeconds,
    ),
    minutes: minutes.filter((each) => each.queue === queue.queue).map(toMinute),
  }));
  return {
    queues,
    fleet: fleet ?? { aliveCount: 0, blockedCount: 0, silentCount: 0 },
    chart: await readChart(client, { stepMs: MINUTE_MS }),
  };
}

function readStandstills(
  client: SqlClient,
  behindSeconds: number,
): Promise<(Standstill & { queue: string })[]> {
  return queryRows<Standstill & { queue: string }>(client, BEHIND, [behindSeconds]);
}

function toMinute({ queue, at, ...counts }: MinuteRow): QueueMinute {
  return { at: new Date(at), ...counts };
}
