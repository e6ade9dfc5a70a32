import { isUtf8 } from 'node:buffer';
import type { KafkaRecord } from '@platformatic/kafka';
import type { InboundMessage, MessagePosition } from '../inbound.ts';

/** By what a producer may have named a message: Howdah itself, and events of CloudEvents. */
const ID_HEADERS = ['message-id', 'ce_id'];
const NOTHING = Buffer.alloc(0);

/**
 * A record as a message: headers as UTF-8, of those of one name the last. A tombstone, which is a record without a value, has an empty
 * body. An id or a key that is no UTF-8, such as a number of eight bytes, is told by its digits: as text many would be one, and a
 * message that another is taken for is lost.
 */
export function toInbound({ key, value, headers }: KafkaRecord, position: MessagePosition): InboundMessage {
  const named = new Map(headers.map(([name, bytes]) => [String(name ?? ''), bytes ?? NOTHING]));
  const id = ID_HEADERS.map((name) => named.get(name)).find(
    (bytes) => bytes !== undefined && bytes.length > 0,
  );
  return {
    id: id && toName(id),
    key: key === null ? undefined : toName(key),
    headers: Object.fromEntries([...named].map(([name, bytes]) => [name, String(bytes)])),
    body: value ?? NOTHING,
    position,
    isRedelivered: false,
  };
}

function toName(bytes: Buffer): string {
  return isUtf8(bytes) ? String(bytes) : `hex:${bytes.toString('hex')}`;
}
