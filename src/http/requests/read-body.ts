import { HowdahError } from '../../errors.ts';

/** A client that sends more than this is cut off. */
const MAX_DISCARDED_BYTES = 16 * 1024 * 1024;

/**
 * The whole body; undefined when it has more than `maxBytes`, of which no more than those were kept in memory.
 *
 * @throws {HowdahError} `invalid_json` when the client went away in the middle
 */
export async function readBody(
  body: ReadableStream<Uint8Array>,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const chunks: Uint8Array[] = [];
  const byteCount = await countBytes(body, (chunk, soFar) => {
    if (soFar <= maxBytes) chunks.push(chunk);
    else chunks.length = 0;
  });
  return byteCount <= maxBytes ? Buffer.concat(chunks) : undefined;
}

/** Resolves at the end of the body, or after 16 MiB of it. */
export async function discardBody(body: ReadableStream<Uint8Array>): Promise<void> {
  await countBytes(body, () => {});
}

/** Not an iteration: leaving one early cancels the stream, which would break the connection before the answer. */
async function countBytes(
  body: ReadableStream<Uint8Array>,
  onChunk: (chunk: Uint8Array, soFar: number) => void,
): Promise<number> {
  const reader = body.getReader();
  let byteCount = 0;
  while (byteCount <= MAX_DISCARDED_BYTES) {
    const { done, value } = await reader.read().catch(describeBroken);
    if (done) break;
    byteCount += value.length;
    onChunk(value, byteCount);
  }
  return byteCount;
}

function describeBroken(cause: unknown): never {
  throw new HowdahError('invalid_json', { detail: 'The request body ended early', cause });
}
