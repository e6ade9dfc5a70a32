/** What a worker over HTTP makes of a run that did not complete: what a handler of ours can throw. */
export type LeasedOutcome = 'retry' | 'discard' | 'cancel' | 'snooze' | 'return';

export interface LeasedFailure {
  outcome: LeasedOutcome;
  /** Of a retry or a snooze. @default of a retry as the database has it, 15 s and more */
  delayMs?: number | undefined;
  /** What went wrong. */
  error: { name: string; message: string; stack?: string | undefined };
}

/**
 * The failure as the text that the engine's statement stores, from which a trigger makes what becomes of the job
 * (src/db/sql/run/parse_verdict.sql). A worker of ours writes the same (src/work/run/verdict.ts).
 */
export function leasedVerdict({ outcome, delayMs, error }: LeasedFailure): string {
  const document = { kind: outcome, ...(delayMs === undefined ? {} : { delayMs }), ...error };
  return `howdah-verdict:${JSON.stringify(document)}`;
}
