import { setTimeout as delay } from 'node:timers/promises';
import type { ConsumeOptions, InboundBatch, InboundMessage, InboundQueues } from '../../src/relay/inbound.ts';

export interface FakeMessage {
  readonly id?: string;
  readonly key?: string;
  readonly headers?: Record<string, string>;
  readonly body: unknown;
}

/** Queues of a broker in this process, which hands out again what was given back. */
export class FakeQueues implements InboundQueues {
  /** Called with each batch before it is handed out. @default nothing */
  onBatch: (batch: InboundBatch) => Promise<void> | void = () => {};
  /** Thrown by whoever consumes. @default it works */
  trouble: Error | undefined;
  acknowledgedCount = 0;
  isClosed = false;
  readonly #waiting = new Map<string, InboundMessage[]>();
  #inHandCount = 0;

  get inHandCount(): number {
    return this.#inHandCount;
  }

  publish(queue: string, ...messages: readonly FakeMessage[]): void {
    this.#of(queue).push(...messages.map(toInbound));
  }

  /** What waits and what was handed out and not answered. */
  count(queue: string): number {
    return this.#of(queue).length + this.#inHandCount;
  }

  /** Takes messages out, at most so many; they are to be acknowledged or given back. */
  take(queue: string, max: number): InboundBatch | undefined {
    const messages = this.#of(queue).splice(0, max);
    if (messages.length === 0) return undefined;
    this.#inHandCount += messages.length;
    let isAnswered = false;
    const answer = (then: () => void) => async () => {
      if (isAnswered) return;
      isAnswered = true;
      this.#inHandCount -= messages.length;
      then();
    };
    return {
      messages,
      acknowledge: answer(() => {
        this.acknowledgedCount += messages.length;
      }),
      giveBack: answer(() => {
        this.#of(queue).unshift(...messages.map((each) => ({ ...each, isRedelivered: true })));
      }),
    };
  }

  async *consume(queue: string, { prefetch, signal, onBegun }: ConsumeOptions): AsyncGenerator<InboundBatch> {
    if (!this.trouble) onBegun?.();
    while (!signal.aborted) {
      if (this.trouble) throw this.trouble;
      const batch = this.take(queue, prefetch);
      if (batch) {
        await this.onBatch(batch);
        yield batch;
      } else await delay(2, undefined, { signal }).catch(() => {});
    }
  }

  async depth(queue: string): Promise<number> {
    if (this.trouble) throw this.trouble;
    return this.#of(queue).length;
  }

  async close(): Promise<void> {
    this.isClosed = true;
  }

  #of(queue: string): InboundMessage[] {
    const found = this.#waiting.get(queue) ?? [];
    this.#waiting.set(queue, found);
    return found;
  }
}

export function toInbound({ id, key, headers = {}, body }: FakeMessage): InboundMessage {
  return {
    ...{ id, key, headers, position: undefined, isRedelivered: false },
    body: Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body)),
  };
}
