import type { Job } from 'graphile-worker';

/**
 * Has the rows of one fetch share what they say of their lock, which is the same in each: two objects for all of them. Nobody
 * may change that instant; handlers are not given it.
 */
export function shareLock(rows: readonly Job[]): void {
  const [first] = rows;
  if (!first) return;
  const lockedAt = first.locked_at?.getTime();
  for (const row of rows) {
    if (row.locked_by === first.locked_by) row.locked_by = first.locked_by;
    if (row.locked_at?.getTime() === lockedAt) row.locked_at = first.locked_at;
  }
}

/**
 * Takes from a job's row what nobody asks for once its run is over: the engine keeps the row until the end of the run is written,
 * with hundreds beside it. Whose the job is stays: by that it is looked at what a handler says that goes on after its end.
 */
export function forgetRun(row: Forgettable): void {
  row.payload = null;
  row.flags = null;
  row.run_at = null;
  row.created_at = null;
}

/** A row of the engine's, of which some may be gone. */
type Forgettable = { -readonly [Field in 'payload' | 'flags' | 'run_at' | 'created_at']: Job[Field] | null };
