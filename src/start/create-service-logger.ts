import type { Config } from '../config.ts';
import { createLogger, type Logger, type LoggerOptions } from '../observability/logger.ts';

/** JSON lines, or readable ones where a developer watches a terminal and pino-pretty is installed. */
export async function createServiceLogger({ environment, logLevel: level }: Config): Promise<Logger> {
  const isWatched = environment !== 'production' && process.stdout.isTTY;
  return createLogger({ level, ...(isWatched ? await readableLines() : {}) });
}

/** Of an optional package, which a service in production has no use for. */
async function readableLines(): Promise<Pick<LoggerOptions, 'destination'>> {
  try {
    const { default: pretty } = await import('pino-pretty');
    return { destination: pretty({ colorize: true, ignore: 'pid,hostname', singleLine: true }) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    return {};
  }
}
