import { isStorable } from '../tasks/unstorable-text.ts';
import { mistake } from './check-filter.ts';

/** @throws {HowdahError} `invalid_request` for a reason that Postgres cannot hold, or would hold as another */
export function checkReason(reason: string | undefined): void {
  if (reason === undefined || isStorable(reason)) return;
  throw mistake('reason', 'expected text without \\u0000 and halves of surrogate pairs');
}
