import { z } from '@hono/zod-openapi';
import { isStorable } from '../../tasks/unstorable-text.ts';

/** A text of 1 to `max` characters. */
export function text(max: number) {
  const error = { error: `expected 1 to ${max} characters, all of them valid, none NUL` };
  return anyText(max, error).min(1, error);
}

/**
 * A text of at most `max` characters, counted as Postgres and JSON Schema do: an emoji is one. Postgres holds neither NUL
 * nor half of a surrogate pair.
 */
export function anyText(
  max: number,
  error = { error: `expected at most ${max} characters, all of them valid, none NUL` },
) {
  return z
    .string(error)
    .refine((value) => isStorable(value) && characterCount(value) <= max, error)
    .openapi({ maxLength: max });
}

function characterCount(value: string): number {
  return value.length - (value.match(/[\ud800-\udbff]/g)?.length ?? 0);
}
