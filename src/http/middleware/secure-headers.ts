import { createMiddleware } from 'hono/factory';
import type { AppEnv } from '../app-dependencies.ts';

/** Our own style sheet, frames and forms; no script at all. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "style-src 'self'",
  "img-src 'self' data:",
  "frame-src 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ');

const HEADERS = {
  'Content-Security-Policy': CONTENT_SECURITY_POLICY,
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cache-Control': 'no-store',
};

const ENTRIES = Object.entries(HEADERS);

/** Headers that keep browsers from running, framing, storing or passing on what they should not. A route's own win. */
export const secureHeaders = createMiddleware<AppEnv>(async (c, next) => {
  await next();
  const { headers } = c.res;
  // Not by c.header, which makes another answer of one that is there, with a stream for its body.
  for (const [name, value] of ENTRIES) if (!headers.has(name)) headers.set(name, value);
});
