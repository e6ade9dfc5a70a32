import type { Session } from '../../db/connections/session.ts';
import { error, type Finding, ok, warning } from './finding.ts';

const WARN_MS = 2_000;
const ERROR_MS = 60_000;

/**
 * Whether this machine's clock and the database's agree: instants that callers compute are compared with the
 * database's. The round trip bounds how exactly that can be told, and is taken off.
 */
export async function checkClock(session: Session): Promise<Finding> {
  const before = Date.now();
  const { rows } = await session.query<{ now: number }>(
    'select (extract(epoch from clock_timestamp()) * 1000)::float8 as now',
  );
  const after = Date.now();
  const databaseMs = rows[0]?.now ?? before;
  return judgeClock(databaseMs < before ? databaseMs - before : Math.max(0, databaseMs - after));
}

/** @param skewMs how far the database is ahead; negative when it is behind */
export function judgeClock(skewMs: number): Finding {
  const seconds = Math.round(Math.abs(skewMs) / 100) / 10;
  const what = `the database's clock is ${seconds} s ${skewMs > 0 ? 'ahead of' : 'behind'} this machine's`;
  const advice =
    'have both machines set their clocks by NTP: run_at, deadlines and schedules are off by that much';
  if (Math.abs(skewMs) >= ERROR_MS) return error(what, advice);
  if (Math.abs(skewMs) >= WARN_MS) return warning(what, advice);
  return ok("clock: this machine's and the database's agree");
}
