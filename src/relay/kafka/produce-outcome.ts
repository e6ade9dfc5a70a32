import { protocolErrorId } from './protocol-error.ts';

/** What becomes of a batch after it was sent, or could not be. */
export type ProduceOutcome =
  /** It is there. Where is not known of one that the broker had already. */
  | { readonly is: 'stored'; readonly offset: bigint | undefined }
  /** All of it is refused, whatever is in it: no such topic, no right to write to it. */
  | { readonly is: 'refused'; readonly code: string }
  /** One of its records is at fault, or the sum of them. */
  | { readonly is: 'unfit'; readonly code: string }
  | Postponed;

/** It may be sent again. */
export interface Postponed {
  readonly is: 'postponed';
  readonly because: string;
  /** Whether it may be there. */
  readonly isInDoubt: boolean;
  /** Whether the broker does not know our numbers. */
  readonly isForgotten: boolean;
  /** Whether it is what a broker said: it is there, and may take others. */
  readonly isAnswered: boolean;
}

const DUPLICATE_SEQUENCE = 46;
/** A name that no topic can have, and a right that is missing. */
const REFUSED = new Set([17, 29]);
/** Out of order, an epoch that is over, an unknown producer, fenced. */
const FORGOTTEN = new Set([45, 47, 49, 59, 90]);
/** Timed out, or not on enough replicas after it was written. */
const IN_DOUBT = new Set([-1, 7, 20]);
/** Damaged on the way, no topic (yet), leaders that change, replicas that are away, storage that fails, a throttle. */
const POSTPONED = new Set([2, 3, 5, 6, 8, 9, 13, 19, 56, 74, 75, 89]);

/** Source: Kafka's `Errors.java`, and what its own producer makes of them in `Sender.java`. */
export function outcomeOf(answer: { errorCode: number; baseOffset: bigint }): ProduceOutcome {
  const { errorCode, baseOffset } = answer;
  if (errorCode === 0) return { is: 'stored', offset: baseOffset };
  if (errorCode === DUPLICATE_SEQUENCE) return { is: 'stored', offset: undefined };
  const code = protocolErrorId(errorCode);
  if (REFUSED.has(errorCode)) return { is: 'refused', code };
  const isForgotten = FORGOTTEN.has(errorCode);
  const isInDoubt = IN_DOUBT.has(errorCode);
  if (isForgotten || isInDoubt || POSTPONED.has(errorCode))
    return { is: 'postponed', because: code, isInDoubt, isForgotten, isAnswered: true };
  return { is: 'unfit', code };
}
