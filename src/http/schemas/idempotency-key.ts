import { z } from '@hono/zod-openapi';

const KEY = { error: 'expected 1 to 255 printable ASCII characters' };

/** The header that makes a request safe to send again. */
export const idempotencyKey = z.object({
  'idempotency-key': z
    .string(KEY)
    .regex(/^[\x20-\x7e]{1,255}$/, KEY)
    .optional()
    .openapi({
      description:
        'The same key with the same request gets the first answer for 24 hours, without doing it again; with another request 422.',
    }),
});
