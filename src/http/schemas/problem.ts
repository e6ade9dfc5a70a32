import { z } from '@hono/zod-openapi';

const problem = z
  .object({
    type: z.string().openapi({ example: 'urn:howdah:problem:user_exists' }),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string().openapi({ example: 'user_exists', description: 'Stable; decide by this.' }),
    instance: z.string().optional(),
    request_id: z.string(),
    errors: z.array(z.object({ field: z.string(), message: z.string() })),
  })
  .openapi('Problem');

/** The body of every error: RFC 9457 with a stable `code` and the mistaken fields. */
export type Problem = z.infer<typeof problem>;

/** An error answer as part of a route's contract. */
export function problemResponse(description: string) {
  return { description, content: { 'application/problem+json': { schema: problem } } };
}
