import { stringifyExactly } from '../../db/exact-json.ts';
import { sqlStateOf } from '../../db/sql-state.ts';
import { MAX_RESULT_BYTES } from '../../tasks/max-result-bytes.ts';
import { PlainCopy, TooLargeError } from './plain-copy.ts';

/** What is kept of a handler's result. */
export class EncodedResult {
  /** JSON that Postgres can hold; undefined for no result. */
  readonly json: string | undefined;
  /** What was dropped or changed, by place and without any value; undefined when nothing was. */
  readonly note: string | undefined;

  constructor(json: string | undefined, note?: string) {
    this.json = json;
    this.note = note;
  }

  /** Whether there is something to keep. */
  get hasContent(): boolean {
    return this.json !== undefined || this.note !== undefined;
  }
}

/** What is noted in place of a result that the database did not take; undefined for an error that was no result's fault. */
export function unstorable(error: unknown): string | undefined {
  const code = sqlStateOf(error);
  return code !== undefined && /^(22|54)/.test(code)
    ? `result: the database cannot hold it (${code})`
    : undefined;
}

/**
 * A handler's return value, as much of it as JSON and Postgres can hold: the work is done by now, and what it returns must not
 * have it done again. What cannot be held is null in its place; more than 1 MiB is left out whole; the note says so. As ever
 * in JSON, a member that is undefined is not there, and a date is a text. A bigint keeps every digit. Never throws.
 */
export function encodeResult(value: unknown): EncodedResult {
  if (value === undefined) return new EncodedResult(undefined);
  const copy = new PlainCopy();
  try {
    if (value instanceof EncodedResult) return value; // a proxy may throw when asked for its prototype
    const plain = copy.of(value, 'result');
    const { note } = copy;
    if (plain === null && note !== undefined) return new EncodedResult(undefined, note);
    const json = stringifyExactly(plain) ?? '';
    if (Buffer.byteLength(json) > MAX_RESULT_BYTES) throw new TooLargeError();
    return new EncodedResult(json, note);
  } catch (error) {
    return new EncodedResult(undefined, error instanceof TooLargeError ? error.message : UNREADABLE);
  }
}

const UNREADABLE = 'result: cannot be read';
