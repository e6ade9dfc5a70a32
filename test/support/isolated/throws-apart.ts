import { z } from 'zod';
import { bind } from '../../../src/tasks/bind.ts';
import { defineTask } from '../../../src/tasks/define-task.ts';
import { Cancel, RetryAfter, Revoke, SkipRetry, Snooze } from '../../../src/tasks/outcomes.ts';

class UserGoneError extends Error {}

const THROWN: Readonly<Record<string, () => unknown>> = {
  skip: () => new SkipRetry('no use'),
  cancel: () => new Cancel('not wanted'),
  revoke: () => new Revoke('not wanted'),
  snooze: () => new Snooze(60_000),
  later: () => new RetryAfter(120_000, 'busy'),
  plain: () => Object.assign(new TypeError('it broke', { cause: new Error('the root') }), { code: 'EBROKE' }),
  query: () =>
    new Error('Failed query: select $1\nparams: SECRET', { cause: new Error('column "x" does not exist') }),
  listed: () => new UserGoneError('the user is gone'),
  text: () => 'only a text',
};

/** Throws what the payload names. */
export default bind(
  defineTask({ name: 'throws_apart', payload: z.strictObject({ what: z.string() }) }),
  async ({ what }) => {
    throw THROWN[what]?.();
  },
  { isolate: 'thread', discardOn: [UserGoneError], retryDelay: () => 240_000 },
);
