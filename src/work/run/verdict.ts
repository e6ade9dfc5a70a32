import { describeError } from '../../errors/describe-error.ts';
import type { FailedRunEvent } from '../../observability/events.ts';

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
  /**
   * It is over already: its handler completed it in a transaction, in which it ended cancelled if it had been cancelled by
   * then. Whatever has its id now is another run.
   */
  | { kind: 'done'; isCancelled?: boolean; error: Error };

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
  /** What there is to tell once the database has it; undefined for a run that never began, or is told of. */
  readonly report: FailedRunEvent | undefined;

  constructor(verdict: Verdict, report?: FailedRunEvent) {
    super(PREFIX + encode(verdict), { cause: verdict.error });
    this.verdict = verdict;
    this.report = report;
  }
}

/** What there is to tell of the run that ended with what it threw. */
export function reportOf(thrown: unknown): FailedRunEvent | undefined {
  return thrown instanceof VerdictError ? thrown.report : undefined;
}

function encode(verdict: Verdict): string {
  const { name, message, stack } = describeError(verdict.error);
  const document = {
    kind: verdict.kind,
    ...('delayMs' in verdict ? { delayMs: Math.round(verdict.delayMs) } : {}),
    ...('version' in verdict ? { version: verdict.version } : {}),
    ...{ name, message, ...(stack === undefined ? {} : { stack }) },
  };
  return JSON.stringify(document);
}
