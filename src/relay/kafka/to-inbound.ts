import type { KafkaRecord } from '@platformatic/kafka';
import type { InboundMessage, MessagePosition } from '../inbound.ts';

/** By what a producer may have named a message: Howdah itself, and events of CloudEvents. */
const ID_HEADERS = ['message-id', 'ce_id'];
const NOTHING = Buffer.alloc(0);

/**
 * A record as a message: key and headers as UTF-8, of headers of one name the last. A tombstone, which is a record without a value,
 * has an empty body.
 */
export function toInbound({ key, value, headers }: KafkaRecord, position: MessagePosition): InboundMessage {
  const named = Object.fromEntries(headers.map(([name, text]) => [String(name ?? ''), String(text ?? '')]));
  return {
    id: ID_HEADERS.map((name) => named[name]).find((id) => id !== undefined && id !== ''),
    key: key === null ? undefined : String(key),
    headers: named,
    body: value ?? NOTHING,
    position,
    isRedelivered: false,
  };
}
