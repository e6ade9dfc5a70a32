import type { Channel, ChannelModel, ConsumeMessage } from 'amqplib';
import type { InboundBatch } from '../inbound.ts';
import { closingReason } from './closing-reason.ts';
import { isStream, looksLikeStream } from './is-stream.ts';
import { toInbound } from './to-inbound.ts';
import { within } from './within.ts';

/** How long the first message of a batch waits for others. */
const GATHER_MS = 20;
/** For each question that a stop asks of RabbitMQ. */
const STOP_MS = 1_000;

interface Delivery {
  readonly message: ConsumeMessage;
  readonly arrivedAt: number;
}

interface QueueRead {
  readonly queue: string;
  readonly prefetch: number;
}

/**
 * A consumer of one queue, on a channel of its own. A batch is at most half of what RabbitMQ hands over ahead, so that the next one
 * arrives while this one is at work.
 */
export class QueueConsumer {
  readonly #channel: Channel;
  readonly #maxBatch: number;
  readonly #queue: string;
  readonly #isStream: () => Promise<boolean>;
  #isKnownAsQueue = false;
  #arrived: Delivery[] = [];
  /** Delivery tags that have no answer, in their order; those of batches that were handed out, and of what was not. */
  readonly #unanswered = new Set<number>();
  #tag = '';
  #isStopping = false;
  #endedBy: Error | undefined;
  #wake: () => void = () => {};

  private constructor(model: ChannelModel, channel: Channel, { queue, prefetch }: QueueRead) {
    this.#channel = channel;
    this.#maxBatch = Math.ceil(prefetch / 2);
    this.#queue = queue;
    this.#isStream = () => isStream(model, queue);
    let closedBy: Error | undefined;
    channel.on('error', (error) => {
      closedBy = inItsWords(error);
    });
    channel.on('close', () => this.#end(closedBy ?? new Error('the connection to RabbitMQ was lost')));
  }

  /** @throws when there is no such queue, or we may not read it */
  static async start(model: ChannelModel, queue: string, prefetch: number): Promise<QueueConsumer> {
    const channel = await model.createChannel();
    const consumer = new QueueConsumer(model, channel, { queue, prefetch });
    try {
      await channel.prefetch(prefetch);
      const { consumerTag } = await channel.consume(queue, (message) => consumer.#take(message));
      consumer.#tag = consumerTag;
      return consumer;
    } catch (error) {
      throw inItsWords(error as Error);
    }
  }

  /** The next batch; undefined once the signal has fired. @throws what ended the channel, or the consumer */
  async next(signal: AbortSignal): Promise<InboundBatch | undefined> {
    await this.#until(() => this.#arrived.length > 0, signal);
    const [first] = this.#arrived;
    if (!first || signal.aborted) return undefined;
    const leftMs = Math.ceil(first.arrivedAt + GATHER_MS - performance.now());
    const isFull = () => this.#arrived.length >= this.#maxBatch;
    if (leftMs > 0) await this.#until(isFull, AbortSignal.any([signal, AbortSignal.timeout(leftMs)]));
    await this.#refuseStream();
    return signal.aborted ? undefined : this.#toBatch(this.#arrived.splice(0, this.#maxBatch));
  }

  /** Of a stream every reader gets what comes while it reads, and nobody what came before, though it were acknowledged. */
  async #refuseStream(): Promise<void> {
    if (this.#isKnownAsQueue || !this.#arrived.some(({ message }) => looksLikeStream(message))) return;
    if (await this.#isStream())
      throw new Error(`"${this.#queue}" is a stream, which knows no acknowledgement: it is not read`);
    this.#isKnownAsQueue = true;
  }

  /** Nothing more arrives, and what was not handed out is given back; the channel stays until the batches have their answers. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    const ended = this.#tag === '' ? Promise.resolve() : this.#channel.cancel(this.#tag);
    try {
      await within(STOP_MS, (resolve) => ended.then(resolve, resolve));
      this.#giveRest();
      await within(STOP_MS, (resolve) => this.#closeWhenAnswered().then(resolve, resolve));
    } catch {
      // The channel was lost meanwhile, which gives everything back.
    }
  }

  #giveRest(): void {
    this.#answer(
      this.#arrived.splice(0).map(({ message }) => message),
      'nack',
    );
  }

  #take(message: ConsumeMessage | null): void {
    if (!message) return void this.#cancelled();
    this.#unanswered.add(message.fields.deliveryTag);
    this.#arrived.push({ message, arrivedAt: performance.now() });
    if (this.#isStopping) this.#giveRest();
    this.#wake();
  }

  #cancelled(): void {
    this.#tag = '';
    this.#endedBy = new Error('RabbitMQ ended the consumer: its queue was deleted, or moved to another node');
    this.#wake();
  }

  #end(error: Error): void {
    this.#endedBy ??= error;
    this.#wake();
  }

  async #until(isSo: () => boolean, signal: AbortSignal): Promise<void> {
    while (!isSo() && !signal.aborted) {
      if (this.#endedBy) throw this.#endedBy;
      const woken = Promise.withResolvers<void>();
      this.#wake = woken.resolve;
      signal.addEventListener('abort', this.#wake);
      await woken.promise;
      signal.removeEventListener('abort', this.#wake);
    }
    if (this.#endedBy) throw this.#endedBy;
  }

  #toBatch(deliveries: readonly Delivery[]): InboundBatch {
    const messages = deliveries.map(({ message }) => message);
    return {
      messages: messages.map(toInbound),
      acknowledge: async () => this.#answer(messages, 'ack'),
      giveBack: async () => this.#answer(messages, 'nack'),
    };
  }

  /**
   * With one frame where nothing older is open. A batch is without gaps, so then it is all that "up to the last of it" says; else the
   * answer would be given for other batches too.
   */
  #answer(messages: readonly ConsumeMessage[], what: 'ack' | 'nack'): void {
    const open = messages.filter(({ fields }) => this.#unanswered.has(fields.deliveryTag));
    const [first, last] = [open[0], open.at(-1)];
    if (!first || !last) return;
    const [oldest] = this.#unanswered;
    const isOne = oldest === first.fields.deliveryTag;
    for (const message of isOne ? [last] : open) this.#channel[what](message, isOne);
    for (const { fields } of open) this.#unanswered.delete(fields.deliveryTag);
    if (this.#isStopping) void this.#closeWhenAnswered().catch(() => {});
  }

  async #closeWhenAnswered(): Promise<void> {
    if (this.#unanswered.size === 0) await this.#channel.close();
  }
}

/** What RabbitMQ said, without the client's error as the cause: people would be shown that first, which is the same in wrappings. */
function inItsWords(error: Error): Error {
  return new Error(closingReason(error).text);
}
