import pretty from 'pino-pretty';
import type { Config } from '../config.ts';
import { createLogger, type Logger } from '../observability/logger.ts';

/** JSON lines, or readable ones where a developer watches a terminal. */
export function createServiceLogger({ environment, logLevel: level }: Config): Logger {
  if (environment === 'production' || !process.stdout.isTTY) return createLogger({ level });
  return createLogger({
    level,
    destination: pretty({ colorize: true, ignore: 'pid,hostname', singleLine: true }),
  });
}
