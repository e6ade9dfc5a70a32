import { z } from '@hono/zod-openapi';

const KEY = { error: 'expected 1 to 255 printable ASCII characters' };
const PATTERN = /^[\x20-\x7e]{1,255}$/;
const DESCRIPTION =
  'The same key with the same request gets the first answer for 24 hours, without doing it again; with another request 422.';

/** The header that makes a request safe to send again. */
export const idempotencyKey = z.object({
  'idempotency-key': z.string(KEY).regex(PATTERN, KEY).optional().openapi({ description: DESCRIPTION }),
});

/** The same for a route whose typed client shall not ask for headers. */
export const idempotencyKeyParameter = {
  name: 'idempotency-key',
  in: 'header',
  required: false,
  description: DESCRIPTION,
  schema: { type: 'string', pattern: PATTERN.source },
} as const;
