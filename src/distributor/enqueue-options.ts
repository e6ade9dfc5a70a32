import { type FieldMistake, HowdahError } from '../errors.ts';
import type { EnqueueOptions } from './task-distributor.ts';

/** A hundred years: what is further off is a unit mistaken for another. */
const MAX_DELAY_MS = 100 * 365 * 86_400_000;

/** @throws {HowdahError} `invalid_options` naming every option out of range, with what was received */
export function checkOptions({ delayMs, runAt, maxRetries, priority }: EnqueueOptions): void {
  const fields: FieldMistake[] = [];
  const expect = (isRight: boolean, field: string, expected: string, received: unknown) => {
    if (!isRight) fields.push({ field, message: `expected ${expected}, received ${String(received)}` });
  };
  if (delayMs !== undefined)
    expect(delayMs >= 0 && delayMs <= MAX_DELAY_MS, 'delayMs', '0 to 100 years in ms', delayMs);
  if (runAt !== undefined) expect(!Number.isNaN(runAt.getTime()), 'runAt', 'a valid Date', runAt);
  if (delayMs !== undefined) expect(runAt === undefined, 'runAt', 'nothing beside delayMs', runAt);
  if (maxRetries !== undefined)
    expect(isWhole(maxRetries, 0, 32_766), 'maxRetries', 'a whole number 0 to 32766', maxRetries);
  if (priority !== undefined) {
    expect(isWhole(priority, -32_768, 32_767), 'priority', 'a whole number -32768 to 32767', priority);
  }
  if (fields.length === 0) return;
  const detail = fields.map(({ field, message }) => `${field}: ${message}`).join('; ');
  throw new HowdahError('invalid_options', { detail, fields });
}

function isWhole(value: number, min: number, max: number): boolean {
  return Number.isInteger(value) && value >= min && value <= max;
}
