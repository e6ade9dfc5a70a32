import { Mistake } from '../mistakes/mistake.ts';

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/** From which level on log lines are written; `silent` writes none. */
export type LogLevel = (typeof LEVELS)[number];

/** @throws {Mistake} */
export function parseLogLevel(value: string): LogLevel {
  const level = LEVELS.find((each) => each === value);
  if (level === undefined) throw new Mistake(`expected one of ${LEVELS.join(', ')}, e.g. info`);
  return level;
}
