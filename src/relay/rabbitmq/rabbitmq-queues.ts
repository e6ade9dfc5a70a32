import type { ChannelModel } from 'amqplib';
import type { ConsumeOptions, InboundBatch, InboundQueues } from '../inbound.ts';
import { parseAddress } from './address.ts';
import { LastingConnection } from './lasting-connection.ts';
import { QueueConsumer } from './queue-consumer.ts';

export interface RabbitmqQueuesOptions {
  /** RABBITMQ_URL. */
  readonly url: string;
  /** What RabbitMQ lists the connection as. */
  readonly clientName: string;
}

/** How long whoever wants to consume waits for a connection before being told what is in its way. */
const PATIENCE_MS = 2_000;
const GOODBYE_MS = 1_000;

/**
 * The queues of a RabbitMQ, to be read. Connects when that is first asked for, and again by itself.
 *
 * @throws {Error} in words, if the URL has mistakes or the package amqplib is missing
 */
export async function createRabbitmqQueues({
  url,
  clientName,
}: RabbitmqQueuesOptions): Promise<RabbitmqQueues> {
  const address = parseAddress(url);
  const client = await import('amqplib');
  return new RabbitmqQueues(new LastingConnection({ client, address, name: clientName, onOver: () => {} }));
}

/** Not on the connection that publishes: while that one is blocked, RabbitMQ would not read our acknowledgements either. */
export class RabbitmqQueues implements InboundQueues {
  readonly #connection: LastingConnection;

  constructor(connection: LastingConnection) {
    this.#connection = connection;
  }

  async *consume(queue: string, { prefetch, signal, onBegun }: ConsumeOptions): AsyncGenerator<InboundBatch> {
    const consumer = await QueueConsumer.start(await this.#connected(signal), queue, prefetch);
    this.#connection.proved();
    onBegun?.();
    try {
      for (;;) {
        const batch = await consumer.next(signal);
        if (!batch) return;
        yield batch;
      }
    } finally {
      await consumer.stop();
    }
  }

  async depth(queue: string): Promise<number> {
    const model = await this.#connected(AbortSignal.timeout(PATIENCE_MS));
    const channel = await model.createChannel();
    channel.on('error', () => {});
    const { messageCount } = await channel.checkQueue(queue);
    await channel.close();
    return messageCount;
  }

  async close(): Promise<void> {
    await this.#connection.close(GOODBYE_MS);
  }

  /** @throws what is in its way */
  async #connected(signal: AbortSignal): Promise<ChannelModel> {
    const connection = this.#connection;
    connection.open();
    const model = await connection.connected(PATIENCE_MS, signal);
    if (model) return model;
    throw new Error(connection.trouble?.because ?? 'connecting');
  }
}
