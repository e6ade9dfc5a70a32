import type { HonoRequest } from 'hono';
import { parseJson } from '../../db/parse-json.ts';
import { HowdahError } from '../../errors.ts';

/**
 * Reads the body once, for all who ask for its text or JSON later.
 *
 * @throws {HowdahError} `invalid_json` for what is not UTF-8, which would otherwise be read with U+FFFD in the place of
 *   whatever was sent; and when the client went away in the middle
 */
export async function readText(request: HonoRequest): Promise<void> {
  const bytes = await request.raw.arrayBuffer().catch((cause: unknown) => {
    throw new HowdahError('invalid_json', { detail: 'The request body ended early', cause });
  });
  keepText(request, decode(bytes));
}

/** What whoever asks for the request's text or JSON gets. */
export function keepText(request: HonoRequest, text: string): void {
  // A promise, whatever its type says: as hono itself puts it there.
  Object.assign(request.bodyCache, { text: Promise.resolve(text) });
  Object.assign(request, { json: async () => parseJson(text) }); // hono's own is JSON.parse, which may misread names
}

function decode(bytes: ArrayBuffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new HowdahError('invalid_json', { detail: 'The request body is not UTF-8', cause });
  }
}
