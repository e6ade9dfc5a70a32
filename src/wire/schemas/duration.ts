import { z } from '@hono/zod-openapi';
import { durationParser, formatDuration } from '../../config/settings/duration.ts';

const DURATION = /^\d{1,15}(ms|s|m|h|d)$/;

/** A duration in a request such as `500ms`, `8s`, `15m`, `2h` or `7d`, as milliseconds. */
export function duration(maxMs: number, example: string) {
  const error = { error: `expected a duration of at most ${formatDuration(maxMs)}, e.g. ${example}` };
  const parse = durationParser(Number.MAX_SAFE_INTEGER * 86_400_000);
  return z
    .string(error)
    .regex(DURATION, error)
    .refine((value) => !DURATION.test(value) || parse(value) <= maxMs, error)
    .transform(parse)
    .openapi({ type: 'string', pattern: DURATION.source, example });
}
