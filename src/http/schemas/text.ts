import { z } from '@hono/zod-openapi';

/** A text of 1 to `max` characters. */
export function text(max: number) {
  const error = { error: `expected 1 to ${max} characters, all of them valid, none NUL` };
  return anyText(max, error).min(1, error);
}

/** A text of at most `max` characters. Postgres holds neither NUL nor half of a surrogate pair. */
export function anyText(
  max: number,
  error = { error: `expected at most ${max} characters, all of them valid, none NUL` },
) {
  return z
    .string(error)
    .max(max, error)
    .refine((value) => value.isWellFormed() && !value.includes('\0'), error);
}
