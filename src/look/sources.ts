import { queryRows, type SqlClient } from '../db/sql-client.ts';
import { sqlInstant, toDate } from './instant.ts';

/** A place of a broker whose messages become jobs, as of its workers' latest heartbeats. */
export interface MessageSource {
  /** Broker and place, as in SOURCES. */
  name: string;
  broker: 'kafka' | 'rabbitmq';
  place: string;
  task: string;
  application: string | null;
  /** `idle`: no worker reads it; `troubled`: one cannot; `refused`: somebody must decide. */
  state: 'reading' | 'idle' | 'troubled' | 'paused' | 'refused';
  /** Worker processes. */
  readerCount: number;
  /** Messages that wait at the broker; null where it did not say. */
  lagCount: number | null;
  /** Of a topic; 0 for a queue. */
  partitionCount: number;
  unreadPartitionCount: number;
  /** Messages that became jobs. */
  takenCount: number;
  /** Those that came again and were known. */
  duplicateCount: number;
  /** Those that fit no job: each is a discarded one. */
  discardedCount: number;
  withoutIdCount: number;
  /** Those of a topic that were gone before they were read. */
  lostCount: number;
  lastTakenAt: Date | null;
  trouble: string | null;
  troubleSince: Date | null;
  /** Why no message is taken until somebody decides. */
  refusedBecause: string | null;
  refusedAt: Date | null;
  pausedAt: Date | null;
  pausedBy: string | null;
  /** Why its messages do not become jobs right now, or that they do. */
  explanation: string;
  /** What would change it; null when nothing need be done. */
  remedy: string | null;
}

type Instants = 'lastTakenAt' | 'troubleSince' | 'refusedAt' | 'pausedAt';
type SourceRow = Omit<MessageSource, Instants> & Record<Instants, number | null>;

const SELECT = `
  select s.name, s.broker, s.place, s.task, s.application, s.state, s.readers as "readerCount", s.lag::float8 as "lagCount",
         s.partitions as "partitionCount", s.unread_partitions as "unreadPartitionCount", s.taken::float8 as "takenCount",
         s.duplicates::float8 as "duplicateCount", s.discarded::float8 as "discardedCount",
         s.without_id::float8 as "withoutIdCount", s.lost::float8 as "lostCount", ${sqlInstant('s.last_taken_at')} as "lastTakenAt",
         s.trouble, ${sqlInstant('s.trouble_since')} as "troubleSince", s.refused_because as "refusedBecause",
         ${sqlInstant('s.refused_at')} as "refusedAt", ${sqlInstant('s.paused_at')} as "pausedAt", s.paused_by as "pausedBy",
         e.explanation, e.remedy
  from howdah.sources s cross join lateral howdah.explain_source(s.name) e
  order by s.name`;

/** Every source that a worker ever read, by name. */
export async function readSources(client: SqlClient): Promise<MessageSource[]> {
  const rows = await queryRows<SourceRow>(client, SELECT, []);
  return rows.map((row) => ({
    ...row,
    lastTakenAt: toDate(row.lastTakenAt),
    troubleSince: toDate(row.troubleSince),
    refusedAt: toDate(row.refusedAt),
    pausedAt: toDate(row.pausedAt),
  }));
}
