import { z } from '@hono/zod-openapi';

/** Postgres holds every character but NUL. */
const WITHOUT_NUL = /^[^\u0000]*$/;

/** A text of 1 to `max` characters. */
export function text(max: number) {
  const error = { error: `expected 1 to ${max} characters, none of them NUL` };
  return z.string(error).min(1, error).max(max, error).regex(WITHOUT_NUL, error);
}
