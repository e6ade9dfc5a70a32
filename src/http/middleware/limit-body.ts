import { createMiddleware } from 'hono/factory';
import { HowdahError } from '../../errors.ts';
import type { AppEnv } from '../app-dependencies.ts';
import { discardBody, readBody } from '../read-body.ts';

const MAX_BODY_KIB = 64;
const MAX_BODY_BYTES = MAX_BODY_KIB * 1024;

/**
 * Refuses a body over 64 KiB, whether its length is announced or it comes in chunks. What is refused is read to its
 * end nevertheless: a client that still sends would otherwise meet a broken connection instead of the answer.
 */
export const limitBody = createMiddleware<AppEnv>(async (c, next) => {
  const { body, headers } = c.req.raw;
  if (body && !isLengthAnnounced(headers)) await takeChunks(c.req, body);
  else if (body && Number(headers.get('Content-Length')) > MAX_BODY_BYTES) await refuse(body);
  await next();
});

/** Of a request with both, a server goes by the chunks. */
function isLengthAnnounced(headers: Headers): boolean {
  return headers.has('Content-Length') && !headers.has('Transfer-Encoding');
}

async function takeChunks(request: { raw: Request }, body: ReadableStream<Uint8Array>): Promise<void> {
  const bytes = await readBody(body, MAX_BODY_BYTES);
  if (!bytes) throw tooLarge();
  request.raw = new Request(request.raw, { body: bytes });
}

async function refuse(body: ReadableStream<Uint8Array>): Promise<never> {
  await discardBody(body);
  throw tooLarge();
}

function tooLarge(): HowdahError {
  return new HowdahError('body_too_large', {
    detail: `A request body may have at most ${MAX_BODY_KIB} KiB`,
  });
}
