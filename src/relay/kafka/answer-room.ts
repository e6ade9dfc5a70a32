import type { RecordsBatch } from '@platformatic/kafka';

const MIB = 1024 * 1024;
/** What all readers of a process hold unpacked, together. */
const TOTAL_BYTES = 320 * MIB;
/** What one answer takes at most: see the bounds of `readBatches`. */
const LARGEST_BYTES = 152 * MIB;
/** Of each message and header, beside its bytes. */
const PART_BYTES = 350;
/** What answers may be long that no reader has unpacked yet, all of them together, and one of them. */
const PACKED_BYTES = 64 * MIB;
const ANSWER_BYTES = { least: 64 * 1024, most: MIB };

/** What a reader holds until it lets go. */
export interface Held<Result> {
  readonly result: Result;
  /** Safe to call twice. */
  release(): void;
}

/**
 * The memory that a process has for messages of Kafka, however many partitions it reads. How much a batch unpacks to is known when it
 * is unpacked, which is done at once: so an answer waits until there is room for the largest there may be, and then counts as what it
 * is. In order of asking; an answer of which nothing is left lets the next in.
 */
export class AnswerRoom {
  readonly #totalBytes: number;
  readonly #largestBytes: number;
  readonly #waiting = new Set<() => void>();
  #heldBytes = 0;
  #readerCount = 0;

  constructor(totalBytes = TOTAL_BYTES, largestBytes = LARGEST_BYTES) {
    this.#totalBytes = totalBytes;
    this.#largestBytes = largestBytes;
  }

  /** How long an answer should be, with as many readers as there are. */
  get answerBytes(): number {
    const share = Math.floor(PACKED_BYTES / Math.max(1, this.#readerCount));
    return Math.min(ANSWER_BYTES.most, Math.max(ANSWER_BYTES.least, share));
  }

  /** One reader more, until what it returns is called. */
  enter(): () => void {
    this.#readerCount += 1;
    return () => {
      this.#readerCount -= 1;
    };
  }

  /**
   * The batches that `unpack` returns, which is called once there is room.
   *
   * @throws what `unpack` throws; the signal's reason when that fires first
   */
  hold(unpack: () => RecordsBatch[], signal: AbortSignal): Promise<Held<RecordsBatch[]>> {
    const { promise, resolve, reject } = Promise.withResolvers<Held<RecordsBatch[]>>();
    const abort = () => {
      this.#waiting.delete(unpackNow);
      reject(signal.reason);
    };
    const unpackNow = () => {
      signal.removeEventListener('abort', abort);
      try {
        const result = unpack();
        resolve({ result, release: this.#count(heldBytes(result)) });
      } catch (error) {
        reject(error);
      }
    };
    if (signal.aborted) return Promise.reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    this.#waiting.add(unpackNow);
    this.#letIn();
    return promise;
  }

  #count(bytes: number): () => void {
    let isHeld = true;
    this.#heldBytes += bytes;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.#heldBytes -= bytes;
      this.#letIn();
    };
  }

  /** Where nothing is held there is room, whatever the bounds. */
  #letIn(): void {
    for (const unpackNow of this.#waiting) {
      if (this.#heldBytes > 0 && this.#heldBytes + this.#largestBytes > this.#totalBytes) return;
      this.#waiting.delete(unpackNow);
      unpackNow();
    }
  }
}

/** Of all that this process reads. */
export const PROCESS_ROOM = new AnswerRoom();

function heldBytes(batches: readonly RecordsBatch[]): number {
  let bytes = 0;
  for (const { length, records } of batches) {
    bytes += length;
    for (const { headers } of records) bytes += PART_BYTES * (1 + headers.length);
  }
  return bytes;
}
