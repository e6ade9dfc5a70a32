import type { IncomingMessage } from 'node:http';
import { MAX_DEPTH } from '../../db/json-shape.ts';
import { withinDepth } from '../../wire/within-depth.ts';

/** Enough levels for whatever has too many to be refused for them, and few enough to be written. */
const WRITTEN_DEPTH = MAX_DEPTH + 8;

/** A request as frameworks leave it: some keep the bytes (`rawBody`), most only what they made of them (`body`). */
type ParsedMessage = Pick<IncomingMessage, 'headers' | 'readableDidRead'> & {
  body?: unknown;
  rawBody?: unknown;
};

/**
 * Gives a request its body back where a framework has read it before us: from the bytes, if they were kept, else written
 * anew from what was parsed.
 *
 * @returns false when there was a body and it is gone, or may not be what it was
 */
export function restoreBody(incoming: ParsedMessage): boolean {
  if (!incoming.readableDidRead || !hasBody(incoming)) return true;
  if (!Buffer.isBuffer(incoming.rawBody)) incoming.rawBody = toBytes(incoming);
  return incoming.rawBody !== undefined;
}

function hasBody({ headers }: ParsedMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

function toBytes({ body: parsed, headers }: ParsedMessage): Buffer | undefined {
  const body = withinDepth(parsed, WRITTEN_DEPTH);
  if (Buffer.isBuffer(body)) return body;
  if (typeof body === 'string') return Buffer.from(body);
  if (body === undefined) return undefined;
  const type = headers['content-type'] ?? '';
  if (/^application\/x-www-form-urlencoded\b/i.test(type)) {
    return Buffer.from(new URLSearchParams(Object.entries(body as object)).toString());
  }
  return holdsRounded(body) ? undefined : Buffer.from(JSON.stringify(body));
}

/** Whether a whole number may have been another one before it was parsed. */
function holdsRounded(value: unknown): boolean {
  if (typeof value === 'number') return Number.isInteger(value) && !Number.isSafeInteger(value);
  return typeof value === 'object' && value !== null && Object.values(value).some(holdsRounded);
}
