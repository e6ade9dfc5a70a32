import { isStorable } from '../tasks/unstorable-text.ts';
import { mistake, unexpected } from './mistake.ts';

/** What an option may be, by its name. */
export type OptionChecks<Options> = {
  readonly [Name in keyof Options]-?: (value: unknown) => string | undefined;
};

/**
 * Refuses what a call has no use for: an option that is misspelt would be none, and `{ dry_run: true }` do what it was to count.
 *
 * @param checks for each option there is, what was expected of a value that is wrong
 * @throws {HowdahError} `invalid_request`, naming the option
 */
export function checkOptions<Options extends object>(options: Options, checks: OptionChecks<Options>): void {
  if (typeof options !== 'object' || options === null || Symbol.iterator in options)
    throw unexpected('options', 'an object', options);
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined) continue;
    if (!Object.hasOwn(checks, name)) throw mistake(name, `there is no such option${meant(name, checks)}`);
    const expected = checks[name as keyof Options](value);
    if (expected !== undefined) throw unexpected(name, expected, value);
  }
}

/** Of a reason: not one that Postgres cannot hold, or would hold as another. */
export function reasonMistake(value: unknown): string | undefined {
  if (typeof value !== 'string') return 'text';
  return isStorable(value) ? undefined : 'text without \\u0000 and halves of surrogate pairs';
}

/** Of a signal. */
export function signalMistake(value: unknown): string | undefined {
  return value instanceof AbortSignal ? undefined : 'an AbortSignal';
}

/** Of what is so or not. */
export function booleanMistake(value: unknown): string | undefined {
  return typeof value === 'boolean' ? undefined : 'true or false';
}

/** Of a number whose range the database knows. */
export function integerMistake(value: unknown): string | undefined {
  return Number.isSafeInteger(value) ? undefined : 'a whole number';
}

/** Of a number. */
export function wholeNumberMistake(least: number, most: number): (value: unknown) => string | undefined {
  return (value) =>
    Number.isInteger(value) && Number(value) >= least && Number(value) <= most
      ? undefined
      : `a whole number ${least} to ${most}`;
}

function meant(name: string, checks: object): string {
  const plain = (text: string) => text.replace(/[_-]/g, '').toLowerCase();
  const found = Object.keys(checks).find((own) => plain(own) === plain(name));
  return found === undefined ? '' : `, but ${found}`;
}
