import { describeError } from './describe-error.ts';

/** What becomes of a job whose run did not complete, with the error that led to it. */
export type Verdict =
  | { kind: 'retry'; delayMs: number; error: Error }
  | { kind: 'discard'; error: Error }
  | { kind: 'cancel'; error: Error }
  /** An operator cancelled it, and the database knows: a mere hint here, so that it cannot cancel a later run. */
  | { kind: 'cancelled'; error: Error }
  | { kind: 'snooze'; delayMs: number; error: Error }
  /** Its payload is of another version of its task: it waits for a worker of that, and this run does not count. */
  | ({ kind: 'misfit'; delayMs: number; error: Error } & Refusal)
  | { kind: 'return'; error: Error }
  /** It is over already: its handler completed it in a transaction. Whatever has its id now is another run. */
  | { kind: 'done'; error: Error };

/** Why a worker left a job to others. */
export interface Refusal {
  /** The version of the task that the worker has. */
  readonly version: string;
  /** Whether a living worker of the queue has one that takes the payload. */
  readonly isTakerAlive: boolean;
}

const PREFIX = 'howdah-verdict:';

/**
 * Carries a verdict through the engine to the database. The engine stores the message of whatever a task throws in the
 * statement that fails the job; a trigger reads the verdict there (src/db/sql/queue/queue_apply_verdict.sql) and stores the
 * plain message instead. So verdict and failure commit together, in one round trip.
 */
export class VerdictError extends Error {
  override readonly name = 'VerdictError';
  readonly verdict: Verdict;

  constructor(verdict: Verdict) {
    super(PREFIX + encode(verdict), { cause: verdict.error });
    this.verdict = verdict;
  }
}

function encode(verdict: Verdict): string {
  const document = {
    kind: verdict.kind,
    ...('delayMs' in verdict ? { delayMs: Math.round(verdict.delayMs) } : {}),
    ...('version' in verdict ? { version: verdict.version } : {}),
    ...describeError(verdict.error),
  };
  return JSON.stringify(document);
}
