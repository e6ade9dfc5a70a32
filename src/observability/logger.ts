import pino from 'pino';
import { isError } from '../errors/to-error.ts';
import { loggedError } from './logged-error.ts';
import { ERROR_SERIALIZERS, withoutRawErrors } from './safe-errors.ts';

/** What the service logs through. */
export type Logger = pino.Logger;

export interface LoggerOptions {
  /** @default 'info' */
  level?: string;
  /** Where the lines go. @default standard output */
  destination?: pino.DestinationStream;
}

/** Field names whose values never reach a log line, wherever a caller may have put them. */
const SECRET_FIELDS = [
  'password',
  'code',
  'nonce',
  'payload',
  'authorization',
  'passwordHash',
  'password_hash',
];

/** A JSON-lines logger; fields that can hold a secret or a customer's data are left out, and of errors their values. */
export function createLogger({ level = 'info', destination }: LoggerOptions = {}): Logger {
  const options: pino.LoggerOptions = {
    level,
    base: { pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }), log: withoutRawErrors },
    serializers: ERROR_SERIALIZERS,
    hooks: { logMethod: withMessageOfError },
    redact: { paths: SECRET_FIELDS.flatMap((field) => [field, `*.${field}`]), remove: true },
  };
  return destination ? pino(options, destination) : pino(options);
}

/** A line with an error and no text gets the error's own from pino: `log.error(error)`, `log.error({ err })`. */
function withMessageOfError(this: Logger, args: Parameters<pino.LogFn>, method: pino.LogFn): void {
  const [first, text] = args as unknown[];
  const error = isError(first) ? first : errorIn(first);
  const fields = isError(first) ? { err: first } : first;
  const isUntold = text === undefined && error !== undefined;
  const told = isUntold ? [fields, loggedError(error).message] : args.map(messageBehindText);
  method.apply(this, told as unknown as typeof args);
}

/** What `%s` and the like stand for. */
function messageBehindText(value: unknown, index: number): unknown {
  return index > 0 && isError(value) ? loggedError(value).message : value;
}

function errorIn(fields: unknown): Error | undefined {
  const err = typeof fields === 'object' && fields !== null && 'err' in fields ? fields.err : undefined;
  return isError(err) ? err : undefined;
}
