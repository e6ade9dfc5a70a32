import { queryRows, type SqlClient } from '../db/sql-client.ts';
import { sqlInstant, toDate } from './instant.ts';

/** A kind of upkeep, as of its latest turn. */
export interface UpkeepState {
  kind: string;
  periodMs: number;
  lastStartedAt: Date | null;
  /** Null when it never did. */
  lastSucceededAt: Date | null;
  /** Rows that the latest turn removed; null while it is under way. */
  lastRemoved: number | null;
  /** Rows that all turns removed. */
  removedTotal: number;
  /** Why the latest turn failed; null when it did not. */
  lastError: string | null;
  /** Null while a worker is at it. */
  nextDueAt: Date | null;
  /** Since its latest success; without one, since the latest turn began. By the database's clock. */
  ageSeconds: number;
  /** What of that is beyond its period, at least 0. */
  overdueSeconds: number;
  host: string;
  pid: number;
}

type Instants = 'lastStartedAt' | 'lastSucceededAt' | 'nextDueAt';
type UpkeepRow = Omit<UpkeepState, Instants> & Record<Instants, number | null>;

const SELECT = `
  select u.kind, period_ms as "periodMs", ${sqlInstant('last_started_at')} as "lastStartedAt",
         ${sqlInstant('last_succeeded_at')} as "lastSucceededAt", last_removed::float8 as "lastRemoved",
         removed_total::float8 as "removedTotal", last_error as "lastError", ${sqlInstant('next_due_at')} as "nextDueAt",
         age as "ageSeconds", greatest(0, age - period_ms / 1000) as "overdueSeconds", host, pid
  from howdah.upkeep u,
       lateral (select 1000 * extract(epoch from u.period)::float8 as period_ms,
                       greatest(0, extract(epoch from clock_timestamp() - coalesce(u.last_succeeded_at, u.last_started_at)))::float8
                         as age) a
  order by u.kind`;

/** Every kind that a worker ever began with, by name. */
export async function readUpkeep(client: SqlClient): Promise<UpkeepState[]> {
  const rows = await queryRows<UpkeepRow>(client, SELECT, []);
  return rows.map((row) => ({
    ...row,
    lastStartedAt: toDate(row.lastStartedAt),
    lastSucceededAt: toDate(row.lastSucceededAt),
    nextDueAt: toDate(row.nextDueAt),
  }));
}
