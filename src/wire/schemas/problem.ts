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
    details: z
      .record(z.string(), z.union([z.string(), z.number()]))
      .optional()
      .openapi({ example: { job_id: '4711' }, description: 'What a program can act on.' }),
    errors: z.array(z.object({ field: z.string(), message: z.string() })),
  })
  .openapi('Problem');

/** The body of every error: RFC 9457 with a stable `code` and the mistaken fields. */
export type Problem = z.infer<typeof problem>;

/** An error answer as part of a route's contract. */
export function problemResponse(description: string) {
  return { description, content: { 'application/problem+json': { schema: problem } } };
}

/** What every route with a token may answer besides. */
export function refusals(others: Readonly<Record<number, string>> = {}) {
  const answers = {
    401: 'No valid token',
    403: 'You may not do that',
    422: 'Every invalid field',
    503: 'The database cannot be reached right now',
    ...others,
  };
  const entries = Object.entries(answers).map(([status, text]) => [status, problemResponse(text)] as const);
  return Object.fromEntries(entries) as Record<never, ReturnType<typeof problemResponse>>;
}
