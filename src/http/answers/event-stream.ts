import type { Context } from 'hono';
import { type SSEStreamingApi, streamSSE } from 'hono/streaming';

/**
 * A stream of Server-Sent Events, which `write` writes until it returns.
 *
 * The framework gives it headers of one connection of HTTP/1.1, which Node writes by itself where there is one: who asks by HTTP/1.0
 * knows no chunks, and on a server of HTTP/2 such a header is an error that ends the process.
 */
export function eventStream(c: Context, write: (stream: SSEStreamingApi) => Promise<void>): Response {
  c.header('X-Accel-Buffering', 'no'); // nginx would keep what it hears until it has some KiB
  const answer = streamSSE(c, write);
  for (const name of ['Connection', 'Transfer-Encoding']) answer.headers.delete(name);
  return answer;
}
