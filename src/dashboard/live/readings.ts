import type { Database } from '../../db/database.ts';
import { type FailureGroups, readFailures } from '../../look/failure-groups.ts';
import { type Overview, readOverview } from '../../look/overview.ts';
import { SharedReading } from '../../look/shared-reading.ts';
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
    overview: new SharedReading({ read: () => readOverview(db), intervalMs: OVERVIEW_INTERVAL_MS }),
    failures: new SharedReading({ read: () => readFailures(db), intervalMs: FAILURES_INTERVAL_MS }),
    clock: new DatabaseClock(db),
  };
}
