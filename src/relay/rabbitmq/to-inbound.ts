import type { ConsumeMessage } from 'amqplib';
import type { InboundMessage } from '../inbound.ts';

/** CloudEvents' partition key, as either binding of AMQP writes it. */
const KEYS = ['cloudEvents:partitionkey', 'cloudEvents_partitionkey'];

/** Stands for bytes that are no UTF-8. */
const NO_TEXT = '\ufffd';

/** What RabbitMQ delivered. Its queues have no keys; one that stands among the headers of an event of CloudEvents is taken. */
export function toInbound({ fields, properties, content }: ConsumeMessage): InboundMessage {
  const headers = toTexts(properties.headers ?? {});
  return {
    id: toId(properties.messageId),
    key: KEYS.map((name) => headers[name]).find((key) => key !== undefined),
    headers,
    body: content,
    position: undefined,
    isRedelivered: fields.redelivered,
  };
}

/** The client gives an id as text. Of those that are none many would be one, and a message that another is taken for is lost. */
function toId(given: string | undefined): string | undefined {
  return given === undefined || given === '' || given.includes(NO_TEXT) ? undefined : given;
}

/** A header of AMQP has a type: numbers become their digits, tables and lists (`x-death`) JSON. */
function toTexts(headers: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => {
      const text = toText(value);
      return text === undefined ? [] : [[name, text]];
    }),
  );
}

/** Undefined for lists that are too deep within each other. */
function toText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (Buffer.isBuffer(value)) return value.toString();
  if (typeof value !== 'object') return String(value);
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}
