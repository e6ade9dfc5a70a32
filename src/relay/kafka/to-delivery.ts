import type { Message } from '../message.ts';
import { Delivery } from './delivery.ts';

/** What a record of format 2 has beside its texts, at most, and each header. */
const RECORD_OVERHEAD = 70;
const HEADER_OVERHEAD = 10;

/**
 * The record of a message. Its headers are the message's own, beside `message-id`, `message-type`, `message-created-at` and
 * `content-type`; the key is that of the message, in UTF-8. Its time is now: Kafka drops records by it, and a job may be older
 * than what a topic retains.
 */
export function toDelivery(message: Message): Delivery {
  const headers = new Map<Buffer, Buffer>();
  let size = RECORD_OVERHEAD + message.body.length;
  const add = (name: Buffer, value: Buffer) => {
    headers.set(name, value);
    size += HEADER_OVERHEAD + name.length + value.length;
  };
  for (const [name, value] of Object.entries(message.headers))
    if (!OURS.has(name)) add(Buffer.from(name), Buffer.from(value));
  add(ID, Buffer.from(message.id));
  add(TYPE, Buffer.from(message.type));
  add(CREATED_AT, Buffer.from(message.createdAt.toISOString()));
  add(CONTENT_TYPE, JSON_TYPE);
  const record = { value: message.body, headers, timestamp: BigInt(Date.now()) };
  if (message.key === undefined) return new Delivery(record, size);
  const key = Buffer.from(message.key);
  return new Delivery({ ...record, key }, size + key.length);
}

const [ID, TYPE, CREATED_AT, CONTENT_TYPE] = [
  Buffer.from('message-id'),
  Buffer.from('message-type'),
  Buffer.from('message-created-at'),
  Buffer.from('content-type'),
] as const;
const JSON_TYPE = Buffer.from('application/json');
/** Of these there are none of the job's own. */
const OURS: ReadonlySet<string> = new Set([ID, TYPE, CREATED_AT, CONTENT_TYPE].map(String));
