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
  for (const [name, value] of Object.entries(headersOf(message))) {
    const header = [Buffer.from(name), Buffer.from(value)] as const;
    headers.set(...header);
    size += HEADER_OVERHEAD + header[0].length + header[1].length;
  }
  const record = { value: message.body, headers, timestamp: BigInt(Date.now()) };
  if (message.key === undefined) return new Delivery(record, size);
  const key = Buffer.from(message.key);
  return new Delivery({ ...record, key }, size + key.length);
}

function headersOf(message: Message): Record<string, string> {
  return {
    ...message.headers,
    'message-id': message.id,
    'message-type': message.type,
    'message-created-at': message.createdAt.toISOString(),
    'content-type': message.contentType,
  };
}
