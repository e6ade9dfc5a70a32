import pino from 'pino';

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

/** A JSON-lines logger; fields that can hold a secret or a customer's data are left out. */
export function createLogger({ level = 'info', destination }: LoggerOptions = {}): Logger {
  const options: pino.LoggerOptions = {
    level,
    base: { pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: SECRET_FIELDS.flatMap((field) => [field, `*.${field}`]), remove: true },
  };
  return destination ? pino(options, destination) : pino(options);
}
