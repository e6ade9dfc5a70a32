import { types } from 'node:util';

const MAX_LENGTH = 1_000;
const MAX_FIELDS = 10;

/**
 * What was thrown, as an Error: anything can be thrown, and what is not an Error becomes one that says so. Of an object it tells
 * the message, or the names of its fields, whose values may be anybody's.
 */
export function toError(thrown: unknown): Error {
  if (isError(thrown)) return thrown;
  return new Error(`what was thrown is not an Error: ${describe(thrown)}`, { cause: thrown });
}

/** Whether it is an Error, also one of another realm, as in a test runner's; a proxy can make even this question throw. */
export function isError(thrown: unknown): thrown is Error {
  try {
    return thrown instanceof Error || types.isNativeError(thrown);
  } catch {
    return false;
  }
}

function describe(thrown: unknown): string {
  try {
    const text = typeof thrown === 'object' && thrown !== null ? describeObject(thrown) : String(thrown);
    return text.slice(0, MAX_LENGTH);
  } catch {
    return `a ${typeof thrown} that cannot be shown`;
  }
}

function describeObject(thrown: object): string {
  if ('message' in thrown && typeof thrown.message === 'string') return thrown.message;
  const names = Object.keys(thrown).slice(0, MAX_FIELDS);
  return names.length === 0 ? 'an object' : `an object with ${names.join(', ')}`;
}
