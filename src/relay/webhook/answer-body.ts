import type { IncomingMessage } from 'node:http';

/** What was read of an answer's body. */
export interface AnswerBody {
  /** Its beginning, at most 4 KiB. */
  readonly start: Buffer;
  /** Bytes that were read, at most a little over 64 KiB. */
  readonly length: number;
}

const MAX_READ = 65_536;
const MAX_KEPT = 4_096;

/**
 * Reads so much of an answer as there is use for. A body that has an end by then leaves its connection to the next request; any
 * other one ends it. Never rejects: a body that breaks off is what came of it.
 */
export async function readAnswerBody(response: IncomingMessage, limitMs: number): Promise<AnswerBody> {
  const kept: Buffer[] = [];
  let length = 0;
  const timer = setTimeout(() => response.destroy(), limitMs);
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      if (length < MAX_KEPT) kept.push(chunk.subarray(0, MAX_KEPT - length));
      length += chunk.length;
      if (length > MAX_READ) break; // destroys what is left of it
    }
  } catch {
    // The status was there, and it decides.
  } finally {
    clearTimeout(timer);
  }
  return { start: Buffer.concat(kept), length };
}
