import type { ChannelModel } from 'amqplib';

/** What the connection of amqplib is by itself, in the one version that is taken. */
interface Internals {
  /** What has arrived and is not decoded. */
  rest: Buffer;
  recvSinceLastCheck: boolean;
  readonly maxFrameSize: number;
  readonly stream: { read(): Buffer | null };
  /** The next frame; false while it is not there as a whole. */
  recvFrame(): unknown;
}

const HEADER_FRAME = 2;
/** Type, channel and size; and the mark at its end. */
const FRAME_START = 7;
const FRAME_END = 0xce;
/** Where the flags are that say which properties follow: in the order of their bits. */
const FLAGS_AT = 12;
const HEADERS = 0x2000;
/** Content type and encoding, which stand before the headers: texts with a byte of length. */
const BEFORE_HEADERS = [0x8000, 0x4000];

/**
 * From now on a message whose headers amqplib cannot decode comes without them. It calls itself for each list within a list, so that
 * some thousands of them, in 25 KB, are too many; and an error there ends the connection: the message would come again on the next one,
 * and nobody in this process could read what is behind it, nor any other queue.
 */
export function bearAnyHeaders({ connection }: ChannelModel): void {
  const internals = connection as unknown as Internals;
  const receive = internals.recvFrame.bind(internals);
  internals.recvFrame = () => {
    if (!readFrame(internals)) return false;
    const { rest } = internals;
    try {
      return receive();
    } catch (error) {
      const bare = withoutHeaders(rest);
      if (!bare) throw error;
      internals.rest = bare;
      return receive();
    }
  };
}

/** Whether the next frame is there, or too large to wait for it. */
function readFrame(internals: Internals): boolean {
  const { maxFrameSize, stream } = internals;
  for (;;) {
    const { rest } = internals;
    const size = rest.length < FRAME_START ? undefined : rest.readUInt32BE(3);
    const isTooLarge = size !== undefined && maxFrameSize > 0 && size > maxFrameSize;
    if (size !== undefined && (isTooLarge || rest.length > FRAME_START + size)) return true;
    const incoming = stream.read();
    if (incoming === null) return false;
    internals.recvSinceLastCheck = true;
    internals.rest = Buffer.concat([rest, incoming]);
  }
}

/** The same bytes with the first frame so; undefined if it has none. */
function withoutHeaders(bytes: Buffer): Buffer | undefined {
  const size = bytes.readUInt32BE(3);
  const payload = bytes.subarray(FRAME_START, FRAME_START + size);
  if (bytes[0] !== HEADER_FRAME || !(payload.readUInt16BE(FLAGS_AT) & HEADERS)) return undefined;
  const flags = payload.readUInt16BE(FLAGS_AT);
  let at = FLAGS_AT + 2;
  for (const flag of BEFORE_HEADERS) if (flags & flag) at += 1 + payload.readUInt8(at);
  const end = at + 4 + payload.readUInt32BE(at);
  const bare = Buffer.concat([payload.subarray(0, at), payload.subarray(end)]);
  bare.writeUInt16BE(flags & ~HEADERS, FLAGS_AT);
  const start = Buffer.from(bytes.subarray(0, FRAME_START));
  start.writeUInt32BE(bare.length, 3);
  return Buffer.concat([start, bare, Buffer.from([FRAME_END]), bytes.subarray(FRAME_START + size + 1)]);
}
