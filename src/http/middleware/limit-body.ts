import type { Context, MiddlewareHandler } from 'hono';
import { createMiddleware } from 'hono/factory';
import { HowdahError } from '../../errors.ts';
import type { AppEnv } from '../app-dependencies.ts';
import { discardBody, readBody } from '../requests/read-body.ts';
import { readText } from '../requests/read-text.ts';

const DEFAULT_MAX_KIB = 64;
const MAX_ECHO_LENGTH = 40;

/** As the check of a route's body has it. */
const JSON_TYPE = /^application\/([\w.-]+\+)?json\s*(;|$)/i;

const BODILESS = ['GET', 'HEAD'];

/** Below these, routes that take more have a limit of their own, behind the check of the token. */
const PATHS_WITH_OWN_LIMITS = ['/v1/jobs', '/v1/leases'];

/** Refuses a body over 64 KiB, wherever a route has no limit of its own. */
export const limitBody = createMiddleware<AppEnv>(async (c, next) => {
  if (PATHS_WITH_OWN_LIMITS.some((path) => c.req.path.startsWith(path))) await next();
  else await limitBodyTo(DEFAULT_MAX_KIB)(c, next);
});

/**
 * Refuses a body over so many KiB, whether its length is announced or it comes in chunks, a compressed one, and JSON that is not UTF-8. What is
 * refused is read to its end nevertheless: a client that still sends would otherwise meet a broken connection instead of the
 * answer.
 */
export function limitBodyTo(maxKib: number): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const { headers } = c.req.raw;
    if (!c.env?.isBodyDecoded && !BODILESS.includes(c.req.method)) await refuseEncoded(c);
    const isAnnounced = isLengthAnnounced(headers);
    const isSmall = isAnnounced && Number(headers.get('Content-Length')) <= maxKib * 1024;
    // The body is not touched where nothing is wrong with it: to make a stream of it costs more than to read it.
    const body = isSmall ? null : c.req.raw.body;
    if (body && isAnnounced) await refuse(body, maxKib);
    else if (body) await takeChunks(c.req, body, maxKib);
    const isText = JSON_TYPE.test(headers.get('Content-Type') ?? '');
    if (isText && (body || (isSmall && !BODILESS.includes(c.req.method)))) await readText(c.req);
    await next();
  };
}

/** Bodies are taken as they are: one that is compressed would be no JSON, and not of the length that it says. */
async function refuseEncoded(c: Context<AppEnv>): Promise<void> {
  const coding = c.req.raw.headers.get('Content-Encoding');
  if (coding === null || /^\s*(identity\s*)?$/i.test(coding)) return;
  const { body } = c.req.raw; // not before: see above
  if (body) await discardBody(body);
  const field = 'Content-Encoding';
  const message = `expected identity or none, received ${JSON.stringify(coding.slice(0, MAX_ECHO_LENGTH))}: send the body as it is`;
  c.header('Accept-Encoding', 'identity'); // as RFC 9110 asks of a 415 for this reason
  throw new HowdahError('unsupported_media_type', {
    detail: `${field}: ${message}`,
    fields: [{ field, message }],
  });
}

/** Of a request with both, a server goes by the chunks. */
function isLengthAnnounced(headers: Headers): boolean {
  return headers.has('Content-Length') && !headers.has('Transfer-Encoding');
}

async function takeChunks(
  request: { raw: Request },
  body: ReadableStream<Uint8Array>,
  maxKib: number,
): Promise<void> {
  const bytes = await readBody(body, maxKib * 1024);
  if (!bytes) throw tooLarge(maxKib);
  const { url, method, headers, signal } = request.raw;
  request.raw = new Request(url, { method, headers, signal, body: bytes });
}

async function refuse(body: ReadableStream<Uint8Array>, maxKib: number): Promise<never> {
  await discardBody(body);
  throw tooLarge(maxKib);
}

function tooLarge(maxKib: number): HowdahError {
  return new HowdahError('body_too_large', { detail: `A request body may have at most ${maxKib} KiB` });
}
