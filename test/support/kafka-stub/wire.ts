/** Reads what Kafka's protocol has on the wire; written for the stub alone, so that what the client writes is read by other code than its own. */
export class WireReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  int8(): number {
    return this.take(1).readInt8();
  }

  int16(): number {
    return this.take(2).readInt16BE();
  }

  int32(): number {
    return this.take(4).readInt32BE();
  }

  int64(): bigint {
    return this.take(8).readBigInt64BE();
  }

  unsignedVarInt(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.take(1).readUInt8();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  }

  uuid(): string {
    const hex = this.take(16).toString('hex');
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  }

  /** Of the header: its length in two bytes, -1 for none. */
  shortString(): string | undefined {
    const length = this.int16();
    return length < 0 ? undefined : this.take(length).toString();
  }

  string(): string | undefined {
    return this.bytes()?.toString();
  }

  bytes(): Buffer | undefined {
    const length = this.unsignedVarInt();
    return length === 0 ? undefined : this.take(length - 1);
  }

  /** Of structures, each with its tagged fields at the end. */
  array<T>(read: () => T): T[] {
    const length = this.unsignedVarInt() - 1;
    return Array.from({ length: Math.max(length, 0) }, () => {
      const each = read();
      this.tags();
      return each;
    });
  }

  numbers(): number[] {
    return Array.from({ length: this.unsignedVarInt() - 1 }, () => this.int32());
  }

  tags(): void {
    for (let left = this.unsignedVarInt(); left > 0; left--) {
      this.unsignedVarInt();
      this.take(this.unsignedVarInt());
    }
  }

  take(length: number): Buffer {
    if (this.#at + length > this.#bytes.length) throw new Error('the request ends too early');
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }
}

const NO_TAGS = Buffer.of(0);

export const int8 = (value: number): Buffer => Buffer.of(value & 0xff);

export function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
}

export function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

export function int64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(value);
  return bytes;
}

export function unsignedVarInt(value: number): Buffer {
  const bytes: number[] = [];
  for (let left = value; ; left >>>= 7) {
    bytes.push(left < 0x80 ? left : (left & 0x7f) | 0x80);
    if (left < 0x80) return Buffer.from(bytes);
  }
}

export const uuid = (value: string): Buffer => Buffer.from(value.replaceAll('-', ''), 'hex');

export const string = (value: string): Buffer => bytes(Buffer.from(value));

export const bytes = (value: Buffer): Buffer => Buffer.concat([unsignedVarInt(value.length + 1), value]);

export const numbers = (values: readonly number[]): Buffer =>
  Buffer.concat([unsignedVarInt(values.length + 1), ...values.map(int32)]);

/** With its tagged fields: none. */
export const struct = (...fields: Buffer[]): Buffer => Buffer.concat([...fields, NO_TAGS]);

export const array = <T>(values: readonly T[], write: (value: T) => Buffer): Buffer =>
  Buffer.concat([unsignedVarInt(values.length + 1), ...values.map(write)]);
