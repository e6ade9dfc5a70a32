import type { ConfirmChannel } from 'amqplib';

/** What amqplib's channel has, to write what it would not encode. */
interface Internals {
  readonly ch: number;
  readonly connection: { readonly stream: NodeJS.WritableStream };
}

/**
 * Publishes a message with a header `deep` of lists within each other, which is more than amqplib encodes, or decodes: other clients do.
 *
 * @param depth five bytes each
 */
export async function sendNested(
  channel: ConfirmChannel,
  queue: string,
  { id, depth }: { id: string | Buffer; depth: number },
): Promise<void> {
  const { ch, connection } = channel as unknown as Internals;
  const body = Buffer.from(id);
  const lists = Array.from({ length: depth }, (_, level) => [
    Buffer.from('A'),
    uint32((depth - 1 - level) * 5 + 1),
  ]);
  const table = Buffer.concat([short('deep'), ...lists.flat(), Buffer.from('V')]);
  const [basic, publish, hasHeadersAndId] = [60, 40, 0x2080].map(uint16) as [Buffer, Buffer, Buffer];
  const properties = [hasHeadersAndId, uint32(table.length), table, short(id)];
  const frames = [
    frame(1, ch, [basic, publish, uint16(0), short(''), short(queue), Buffer.from([0])]),
    frame(2, ch, [basic, uint16(0), uint32(0), uint32(body.length), ...properties]),
    frame(3, ch, [body]),
  ];
  await new Promise((resolve) => connection.stream.write(Buffer.concat(frames), resolve));
}

function frame(type: number, channel: number, parts: readonly Buffer[]): Buffer {
  const payload = Buffer.concat(parts);
  return Buffer.concat([
    Buffer.from([type]),
    uint16(channel),
    uint32(payload.length),
    payload,
    Buffer.from([0xce]),
  ]);
}

function short(text: string | Buffer): Buffer {
  return Buffer.concat([Buffer.from([Buffer.byteLength(text)]), Buffer.from(text)]);
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
