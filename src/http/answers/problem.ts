import type { Context } from 'hono';
import type { HowdahError } from '../../errors.ts';
import type { Problem } from '../../wire/schemas/problem.ts';
import type { AppEnv } from '../app-dependencies.ts';
import { mountPathOf } from '../mount-path.ts';

/** The error as application/problem+json (RFC 9457), with the headers its code calls for. */
export function toProblem(error: HowdahError, c: Context<AppEnv>): Response {
  const place = { instance: `${mountPathOf(c)}${c.req.path}`, request_id: c.var.requestId };
  setErrorHeaders(error, c);
  return c.body(problemText(error, place), error.status, PROBLEM_TYPE);
}

/** What `toProblem` answers with, as it is sent. */
export const PROBLEM_TYPE = { 'Content-Type': 'application/problem+json' };

/** The body of that answer. */
export function problemText(error: HowdahError, place: Pick<Problem, 'instance' | 'request_id'>): string {
  const problem: Problem = {
    type: `urn:howdah:problem:${error.code}`,
    title: error.title,
    status: error.status,
    detail: error.message,
    code: error.code,
    ...place,
    ...(Object.keys(error.details).length > 0 ? { details: inSnakeCase(error.details) } : {}),
    errors: [...error.fields],
  };
  return JSON.stringify(problem);
}

/** Sets what some codes must carry besides a body: Retry-After, and WWW-Authenticate where a token would help. */
export function setErrorHeaders(error: HowdahError, c: Context<AppEnv>): void {
  if (error.retryAfterSeconds !== undefined) c.header('Retry-After', String(error.retryAfterSeconds));
  if (error.code === 'unauthorized' && !c.var.hasLogin) c.header('WWW-Authenticate', 'Bearer');
}

function inSnakeCase(details: HowdahError['details']): Record<string, string | number> {
  const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return Object.fromEntries(Object.entries(details).map(([name, value]) => [snake(name), value]));
}
