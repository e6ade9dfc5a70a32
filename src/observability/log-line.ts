/** From the least to the gravest, as the process's log has them. */
const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'];

export interface LineToLog {
  message: string;
  /** No errors and nothing secret: they are written as they are. */
  fields: Record<string, unknown>;
  /** The level from which on the process's log has lines, `silent` for none; one of an application's own has all of these. */
  least: string;
}

/**
 * A line as the process's log writes it, for a thread that cannot use that log and need not load one of its own, which would be
 * 3 MB for a line that hardly ever comes. Undefined where the log would have none.
 */
export function logLine(
  level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal',
  { message, fields, least }: LineToLog,
): string | undefined {
  const isTold = least !== 'silent' && LEVELS.indexOf(level) >= LEVELS.indexOf(least);
  if (!isTold) return undefined;
  const time = new Date().toISOString();
  return `${JSON.stringify({ level, time, pid: process.pid, ...fields, msg: message })}\n`;
}
