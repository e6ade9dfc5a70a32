import type { Context } from 'hono';
import { HowdahError } from '../../errors.ts';
import { loggedError } from '../../observability/logged-error.ts';
import type { Logger } from '../../observability/logger.ts';
import type { AppEnv } from '../app-dependencies.ts';
import { errorPage } from '../pages/error.ts';
import { rootFrom } from '../pages/layout.ts';
import { setErrorHeaders, toProblem } from './problem.ts';
import { toHowdahError } from './to-howdah-error.ts';

/** The answer to an error, whatever it was; those on our side are logged with the request's id. */
export function answerError(error: unknown, c: Context<AppEnv>, log: Logger): Response | Promise<Response> {
  const known = toHowdahError(error);
  if (known.status >= 500) logError(known.code, error, { log, requestId: c.var.requestId });
  if (!isForBrowser(c)) return toProblem(known, c);
  setErrorHeaders(known, c);
  return c.html(errorPage(known, { requestId: c.var.requestId, root: rootFrom(c) }), known.status);
}

function logError(
  code: string,
  error: unknown,
  { log, requestId }: { log: Logger; requestId: string },
): void {
  const cause = error instanceof HowdahError && error.cause !== undefined ? error.cause : error;
  const fields = { request_id: requestId, problem: code, error: loggedError(cause) };
  if (code === 'internal') log.error(fields, 'request failed');
  else log.warn(fields, 'request could not be served');
}

/** Browsers name HTML; programs that use the API do not, and below /v1 they always get JSON. */
export function isForBrowser(c: Context<AppEnv>): boolean {
  return !c.req.path.startsWith('/v1/') && (c.req.header('Accept') ?? '').includes('text/html');
}
