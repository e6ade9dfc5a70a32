import { isError } from '../errors/to-error.ts';
import { loggedError } from './logged-error.ts';
import type { Logger } from './logger.ts';

/** Fields that hold errors: of one pino itself would print all that it has, a statement's values among it. */
export const ERROR_SERIALIZERS = { err: toField, error: toField, cause: toField, reason: toField };

type Fields = Record<string, unknown>;

/**
 * A program's own logger, which writes errors as ours does in the lines that come through this one, whatever their field is called.
 * What it does with fields itself it does after that.
 */
export function withSafeErrors(log: Logger): Logger {
  const own = logFormatterOf(log);
  const format = (fields: object) => {
    const safe = withoutRawErrors(fields as Fields);
    return own ? own(safe) : safe;
  };
  return log.child({}, { serializers: ERROR_SERIALIZERS, formatters: { log: format } });
}

/** Fields of any name, with errors as what may be told of them: JSON would show what a library has put there. */
export function withoutRawErrors(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, withoutRaw(value, 0)]));
}

/** Errors deeper than this are seldom put there, and a field may be anything. */
const MAX_DEPTH = 3;

function withoutRaw(value: unknown, depth: number): unknown {
  if (isError(value)) return loggedError(value);
  if (depth >= MAX_DEPTH || !holdsError(value, depth)) return value;
  if (Array.isArray(value)) return value.map((each) => withoutRaw(each, depth + 1));
  const members = Object.entries(value as Fields).map(([name, each]) => [name, withoutRaw(each, depth + 1)]);
  return Object.fromEntries(members);
}

/** What has none stays the object it is. */
function holdsError(value: unknown, depth: number): boolean {
  if (isError(value)) return true;
  if (depth >= MAX_DEPTH || !isPlain(value)) return false;
  return Object.values(value).some((each) => holdsError(each, depth + 1));
}

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  return Array.isArray(value) || [Object.prototype, null].includes(Object.getPrototypeOf(value));
}

/** A child's formatter takes the place of its parent's, which pino keeps by a symbol; each copy of pino has its own. */
function logFormatterOf(log: object): ((fields: Fields) => Fields) | undefined {
  for (let each = log; each !== null && each !== Object.prototype; each = Object.getPrototypeOf(each)) {
    const symbol = Object.getOwnPropertySymbols(each).find(
      ({ description }) => description === 'pino.formatters',
    );
    if (symbol) return (Reflect.get(each, symbol) as { log?: (fields: Fields) => Fields } | undefined)?.log;
  }
  return undefined;
}

function toField(value: unknown): unknown {
  return isError(value) ? loggedError(value) : value;
}
