import type { Database } from '../../db/database.ts';
import { type FailureGroups, readFailures } from '../../look/failure-groups.ts';
import { type Overview, readOverview } from '../../look/overview.ts';
import { SharedReading } from '../../look/shared-reading.ts';
import { unlessLocked, withoutWaiting } from '../../look/within-time.ts';
import { DatabaseClock } from './database-clock.ts';

/** What many pages show, read once for all who look. */
export interface Readings {
  overview: SharedReading<Overview>;
  failures: SharedReading<FailureGroups>;
  clock: DatabaseClock;
}

const OVERVIEW_INTERVAL_MS = 2_000;
/** Takes up to half a second of the database's. */
const FAILURES_INTERVAL_MS = 10_000;

export function openReadings(db: Database): Readings {
  return {
    overview: new SharedReading({
      read: () => readOverview(db, { aside: (read) => unlessLocked(db, read) }),
      intervalMs: OVERVIEW_INTERVAL_MS,
    }),
    failures: new SharedReading({
      read: () => withoutWaiting(db, readFailures), // the first page waits for it
      intervalMs: FAILURES_INTERVAL_MS,
    }),
    clock: new DatabaseClock(db),
  };
}
