import type { Context } from 'hono';
import type { HowdahError } from '../errors.ts';
import type { Problem } from '../wire/schemas/problem.ts';
import type { AppEnv } from './app-dependencies.ts';
import { mountPathOf } from './mount-path.ts';

/** The error as application/problem+json (RFC 9457), with the headers its code calls for. */
export function toProblem(error: HowdahError, c: Context<AppEnv>): Response {
  const problem: Problem = {
    type: `urn:howdah:problem:${error.code}`,
    title: error.title,
    status: error.status,
    detail: error.message,
    code: error.code,
    instance: `${mountPathOf(c)}${c.req.path}`,
    request_id: c.var.requestId,
    ...(Object.keys(error.details).length > 0 ? { details: inSnakeCase(error.details) } : {}),
    errors: [...error.fields],
  };
  setErrorHeaders(error, c);
  return c.body(JSON.stringify(problem), error.status, { 'Content-Type': 'application/problem+json' });
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
