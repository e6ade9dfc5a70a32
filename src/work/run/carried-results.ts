import type { EncodedResult } from './result.ts';
import type { HeldRun } from './runs-under-way.ts';

/** In characters. Hundreds of them may go with one statement; a larger one is stored by a statement of its own, before its run ends. */
const MAX_LENGTH = 2_048;

/** Whether a result is to be stored by the statement that ends its run: that spares a commit, and a row that is removed at once. */
export function mayBeCarried({ json = '', note = '' }: EncodedResult): boolean {
  return json.length + note.length <= MAX_LENGTH;
}

/**
 * The results of runs that a statement completes, as the trigger that writes finished jobs reads them (queue_record_finished.sql);
 * undefined when there are none.
 *
 * @param worker the name under which their runner holds the jobs
 */
export function toSetting(runs: readonly HeldRun[], worker: string): string | undefined {
  let setting = '';
  for (const run of runs) if (run.result) setting += `,"${run.jobId}":${toMember(run, run.result)}`;
  return setting === '' ? undefined : `{"worker":${JSON.stringify(worker)}${setting}}`;
}

function toMember({ lockedAt }: HeldRun, { json, note }: EncodedResult): string {
  const result = json === undefined ? '' : `,"result":${json}`;
  const told = note === undefined ? '' : `,"note":${JSON.stringify(note.toWellFormed())}`;
  return `{"at":"${lockedAt.toISOString()}"${result}${told}}`;
}
