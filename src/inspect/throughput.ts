import { queryRows, type SqlClient } from '../db/sql-client.ts';

/** Jobs a second that left each queue, by its name; null as long as there is nothing to compare with. */
export type ThroughputMeter = (client: SqlClient) => Promise<ReadonlyMap<string, number | null>>;

interface Look {
  atMs: number;
  counts: ReadonlyMap<string, number>;
}

const SHORTEST_MS = 1_000;
const LONGEST_MS = 60_000;

const SELECT = `
  select r.name, pg_stat_get_tuples_deleted(format('%I._private_jobs', r.schema_name)::regclass)::float8 as count
  from howdah.queue_registry r`;

/**
 * Reads the server's own count of rows deleted from each queue, which costs the queue nothing at any speed, and compares
 * it with earlier looks: the oldest of the last minute, at least a second ago. The first look finds null.
 */
export function createThroughputMeter(clock: () => number = () => performance.now()): ThroughputMeter {
  const looks: Look[] = [];
  return async (client) => {
    const rows = await queryRows<{ name: string; count: number }>(client, SELECT, []);
    const now = { atMs: clock(), counts: new Map(rows.map(({ name, count }) => [name, count])) };
    while (looks[0] && now.atMs - looks[0].atMs > LONGEST_MS && looks.length > 1) looks.shift();
    const [before] = looks;
    const isNewEnough = now.atMs - (looks.at(-1)?.atMs ?? Number.NEGATIVE_INFINITY) >= SHORTEST_MS;
    if (isNewEnough) looks.push(now);
    return new Map(rows.map(({ name }) => [name, rateOf(name, before, now)]));
  };
}

/** A server that was restarted after a crash counts from zero again. */
function rateOf(queue: string, before: Look | undefined, now: Look): number | null {
  const earlier = before?.counts.get(queue);
  const later = now.counts.get(queue);
  if (!before || earlier === undefined || later === undefined || later < earlier) return null;
  const elapsedMs = now.atMs - before.atMs;
  return elapsedMs < SHORTEST_MS ? null : Math.round(((later - earlier) / elapsedMs) * 10_000) / 10;
}
