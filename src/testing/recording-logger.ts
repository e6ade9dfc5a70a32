import { createLogger, type Logger } from '../observability/logger.ts';

/** A line of a log, with the fields that it was written with; secrets are left out, as in a worker's. */
export interface LogLine {
  readonly level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';
  readonly msg: string;
  readonly [field: string]: unknown;
}

/** A logger of every level that writes nowhere, and what was said to it. */
export function createRecordingLogger(): { log: Logger; lines: LogLine[] } {
  const lines: LogLine[] = [];
  const write = (line: string) => {
    const { pid: _pid, time: _time, msg = '', ...rest } = JSON.parse(line);
    lines.push({ msg, ...rest });
  };
  return { log: createLogger({ level: 'trace', destination: { write } }), lines };
}
