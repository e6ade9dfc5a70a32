import type { MessageRecord } from '@platformatic/kafka';
import type { Receipt } from '../broker.ts';

/** A record on its way, and who waits for it. */
export class Delivery {
  /** Without its place. */
  readonly record: Omit<MessageRecord, 'topic' | 'partition'>;
  readonly size: number;
  readonly #settle: PromiseWithResolvers<Receipt> = Promise.withResolvers();
  /** Whether it is sent in a batch of its own: one that it was in has failed. */
  isAlone = false;
  /** Whether nobody waits for it any more. */
  isSettled = false;

  constructor(record: Delivery['record'], size: number) {
    this.record = record;
    this.size = size;
  }

  get receipt(): Promise<Receipt> {
    return this.#settle.promise;
  }

  resolve(receipt: Receipt): void {
    this.isSettled = true;
    this.#settle.resolve(receipt);
  }

  reject(error: unknown): void {
    this.isSettled = true;
    this.#settle.reject(error);
  }
}
