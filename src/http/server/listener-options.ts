import { randomUUID } from 'node:crypto';
import { RequestError } from '@hono/node-server';
import { HowdahError } from '../../errors.ts';
import { PROBLEM_TYPE, problemText } from '../answers/problem.ts';

/** How requests of node:http become those of our routes. */
export const LISTENER_OPTIONS = {
  /** HTTP/1.0 has no Host, and that is what balancers ask after a server's health with. */
  hostname: 'localhost',
  errorHandler: answerUnreadable,
};

/** The answer to what reached no route. */
function answerUnreadable(error: unknown): Response {
  const known =
    error instanceof RequestError
      ? new HowdahError('malformed_request', { detail: error.message, cause: error })
      : new HowdahError('internal', { cause: error });
  const body = problemText(known, { request_id: randomUUID() });
  return new Response(body, { status: known.status, headers: PROBLEM_TYPE });
}
