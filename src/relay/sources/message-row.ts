import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { findShapeMistake } from '../../db/json-shape.ts';
import { findUnstorableText, isStorable } from '../../tasks/unstorable-text.ts';
import type { InboundMessage } from '../inbound.ts';
import { jobHeaders } from './job-headers.ts';
import type { Source } from './source.ts';

/** Of a body, in bytes: what a job takes, and what is kept of one that is no payload. */
const MAX_BODY_BYTES = 16 * 1_048_576;

const MAX_ID_LENGTH = 200;
const MAX_SEQUENCE_LENGTH = 200;

/** A message as `howdah.take_messages` is told of it. */
export interface MessageRow {
  readonly id: string | null;
  /** JSON; null for a message that is none, of which `fault` says why. */
  readonly payload: string | null;
  /** JSON that holds its bytes, where it is no payload. */
  readonly original: string | null;
  readonly fault: string | null;
  /** JSON. */
  readonly headers: string;
  readonly sequence: string | null;
  readonly offset: string | null;
  /** What it takes of a statement. */
  readonly bytes: number;
}

export function toMessageRow(message: InboundMessage, source: Source): MessageRow {
  const { body, id, key, position } = message;
  const read = readPayload(body);
  return {
    ...read,
    id: id ? toName(id, MAX_ID_LENGTH) : null,
    original: read.payload === null ? toOriginal(body) : null,
    headers: JSON.stringify(jobHeaders(message, source)),
    sequence: source.sequence === 'key' && key ? toName(key, MAX_SEQUENCE_LENGTH) : null,
    offset: position === undefined ? null : String(position.offset),
    bytes: body.length,
  };
}

/** The same row for a message that the database does not take; what it says becomes the reason. */
export function refusedRow(row: MessageRow, fault: string): MessageRow {
  return { ...row, fault };
}

/** The same where the database does not take its payload either, by its bytes. */
export function unreadableRow(row: MessageRow, { body }: InboundMessage): MessageRow {
  return { ...row, payload: null, original: toOriginal(body) };
}

function readPayload(body: Buffer): Pick<MessageRow, 'payload' | 'fault'> {
  const bad = (fault: string) => ({ payload: null, fault });
  if (body.length === 0) return bad('the message is empty');
  if (body.length > MAX_BODY_BYTES)
    return bad(`the message has ${body.length} bytes, and a job takes at most ${MAX_BODY_BYTES}`);
  if (!isUtf8(body)) return bad('the message is no UTF-8');
  const text = body.toString();
  const parsed = parse(text);
  if (parsed === undefined) return bad('the message is no JSON');
  const mistake = findShapeMistake(parsed.value, 'payload', false) ?? findUnstorableText(text, 'payload');
  return mistake ? bad(`${mistake.field}: ${mistake.message}`) : { payload: text, fault: null };
}

/** What V8 says of what is no JSON repeats some of it. */
function parse(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

/** All of its bytes, or as many as a payload may have. */
function toOriginal(body: Buffer): string {
  const kept = body.subarray(0, MAX_BODY_BYTES);
  const cut = kept.length < body.length ? { kept_bytes: kept.length } : {};
  return JSON.stringify({ base64: kept.toString('base64'), bytes: body.length, ...cut });
}

/** As it is, or its hash: what is too long, or no text for Postgres, is told from others all the same. */
function toName(text: string, maxLength: number): string {
  if (text.length <= maxLength && isStorable(text)) return text;
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}
