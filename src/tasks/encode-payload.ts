import { z } from 'zod';
import { hasCodec } from './schema-mistakes.ts';

const HAVE_CODECS = new WeakMap<object, boolean>();

/**
 * What is kept of a payload that code gives: what the schema's codecs make of it, or without any the payload itself, which is
 * JSON already and not looked at.
 */
export function encodePayload(schema: z.ZodType<unknown>, payload: unknown): z.ZodSafeParseResult<unknown> {
  return isEncoded(schema) ? z.safeEncode(schema, payload) : { success: true, data: payload };
}

/** Whether the payloads that are kept are others than those that code gives and gets. */
export function isEncoded(schema: z.ZodType<unknown>): boolean {
  const known = HAVE_CODECS.get(schema);
  if (known !== undefined) return known;
  const has = hasCodec(schema);
  if (typeof schema === 'object') HAVE_CODECS.set(schema, has);
  return has;
}
