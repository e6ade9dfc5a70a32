/** What becomes of a job whose run did not complete, with the error that led to it. */
export type Verdict =
  | { kind: 'retry'; delayMs: number; error: Error }
  | { kind: 'discard'; error: Error }
  | { kind: 'cancel'; error: Error }
  | { kind: 'snooze'; delayMs: number; error: Error }
  | { kind: 'return'; error: Error };

const PREFIX = 'howdah-verdict:';
const MAX_MESSAGE_LENGTH = 4_000;
const MAX_STACK_LENGTH = 10_000;

/**
 * Carries a verdict through the engine to the database. The engine stores the message of whatever a task throws in the
 * statement that fails the job; a trigger reads the verdict there (src/db/sql/queue_apply_verdict.sql) and stores the
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
  const { kind, error } = verdict;
  const document = {
    kind,
    ...('delayMs' in verdict ? { delayMs: Math.round(verdict.delayMs) } : {}),
    name: error.name,
    message: storable(error.message, MAX_MESSAGE_LENGTH) || 'error without a message',
    ...(error.stack ? { stack: storable(error.stack, MAX_STACK_LENGTH) } : {}),
  };
  return JSON.stringify(document);
}

/** Postgres refuses NUL in text and lone surrogates in JSON; an error must be stored whatever it says. */
function storable(text: string, maxLength: number): string {
  return text.slice(0, maxLength).replaceAll('\0', '').toWellFormed();
}
