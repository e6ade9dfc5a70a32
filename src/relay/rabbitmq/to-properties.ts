import type { Options } from 'amqplib';
import { MessageRefused } from '../broker.ts';
import type { Message } from '../message.ts';

/** RabbitMQ takes them for further routing keys. */
const RESERVED = ['CC', 'BCC'];
/** AMQP has a byte for the length of a name. */
const MAX_NAME_BYTES = 255;
/** What the other properties take at most, each shorter than 256 bytes. */
const OTHER_BYTES = 2_048;

/**
 * What a message carries besides its body. It is kept on disk, and comes back if no queue takes it.
 *
 * @param frameMax bytes that they may have together; more would end the connection, and with it everybody else's messages
 * @throws {MessageRefused}
 */
export function toProperties(message: Message, frameMax: number): Options.Publish {
  const { headers } = message;
  const reserved = RESERVED.find((name) => Object.hasOwn(headers, name));
  if (reserved !== undefined)
    throw new MessageRefused('RESERVED_HEADER', `a header "${reserved}" means something else to RabbitMQ`);
  const long = Object.keys(headers).find((name) => Buffer.byteLength(name) > MAX_NAME_BYTES);
  if (long !== undefined)
    throw new MessageRefused(
      'NOT_ENCODABLE',
      `a header has a name of ${Buffer.byteLength(long)} bytes; RabbitMQ takes ${MAX_NAME_BYTES}`,
    );
  const bytes = bytesOf(headers) + OTHER_BYTES;
  if (bytes > frameMax)
    throw new MessageRefused(
      'HEADERS_TOO_LARGE',
      `headers of ${bytes} bytes; RabbitMQ takes ${frameMax} here`,
    );
  return {
    persistent: true,
    mandatory: true,
    messageId: message.id,
    type: message.type,
    contentType: message.contentType,
    timestamp: Math.floor(message.createdAt.getTime() / 1000),
    appId: 'howdah',
    headers,
  };
}

/** Of a table as AMQP writes it: a byte of length before each name, one of type and four of length before each text. */
function bytesOf(headers: Message['headers']): number {
  let bytes = 0;
  for (const [name, text] of Object.entries(headers))
    bytes += Buffer.byteLength(name) + Buffer.byteLength(text) + 6;
  return bytes;
}
