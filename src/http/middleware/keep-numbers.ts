import { createMiddleware } from 'hono/factory';
import { findRoundedNumber } from '../../db/rounded-number.ts';
import { HowdahError } from '../../errors.ts';
import type { AppEnv } from '../app-dependencies.ts';

const MAX_ECHO_LENGTH = 40;

/** Refuses a body with a number that would not be kept as it was sent: a payload is stored exactly, or not at all. */
export const keepNumbers = createMiddleware<AppEnv>(async (c, next) => {
  const rounded = findRoundedNumber(await c.req.text());
  if (rounded) {
    const message = `expected numbers that a double holds exactly, received ${rounded.source.slice(0, MAX_ECHO_LENGTH)}; send it as a text`;
    const field = rounded.path || '(body)';
    throw new HowdahError('invalid_request', {
      detail: `${field}: ${message}`,
      fields: [{ field, message }],
    });
  }
  await next();
});
