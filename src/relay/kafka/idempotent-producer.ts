import type { initProducerIdV4 } from '@platformatic/kafka';
import type { KafkaLinks } from './kafka-links.ts';
import { protocolErrorId } from './protocol-error.ts';

/** By whom batches are numbered, so that a broker knows again one that is sent twice. */
export interface ProducerId {
  readonly id: bigint;
  readonly epoch: number;
}

/** The identity under which this process sends, given by a broker; another one after `renew`. */
export class IdempotentProducer {
  readonly #links: KafkaLinks;
  #current: Promise<ProducerId> | undefined;

  constructor(links: KafkaLinks) {
    this.#links = links;
  }

  /** @throws {Error} no broker gives one */
  current(): Promise<ProducerId> {
    if (!this.#current) {
      const asked = this.#ask();
      this.#current = asked;
      asked.catch(() => {
        if (this.#current === asked) this.#current = undefined;
      });
    }
    return this.#current;
  }

  /**
   * The next batches are sent under another identity: where the fate of one is not known, or its broker has lost count, its number
   * cannot be used again. A broker would take another batch of that number for the one it has, and drop it.
   */
  renew(): void {
    this.#current = undefined;
  }

  async #ask(): Promise<ProducerId> {
    const link = await this.#links.toAny();
    // Both -1: a new identity. Zeros, the client's own default, ask for that of another producer.
    const answer = await link.ask<initProducerIdV4.InitProducerIdResponse>(
      'InitProducerId',
      null,
      0,
      -1n,
      -1,
    );
    if (answer.errorCode !== 0)
      throw new Error(`Kafka gives no id to an idempotent producer: ${protocolErrorId(answer.errorCode)}`);
    return { id: answer.producerId, epoch: answer.producerEpoch };
  }
}
