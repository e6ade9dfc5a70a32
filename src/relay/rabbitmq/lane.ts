import type { ConfirmChannel, Message as Returned } from 'amqplib';
import { BrokerDown, MessageRefused, type Receipt } from '../broker.ts';
import type { Message } from '../message.ts';
import { closingReason } from './closing-reason.ts';
import { Sending } from './sending.ts';
import { toProperties } from './to-properties.ts';

/** What a lane asks of the connection that it is on. */
export interface LaneConnection {
  /** Bytes of one frame. */
  readonly frameMax: number;
  /** Why no message can pass, while none can. */
  readonly because: string | undefined;
  openChannel(): Promise<ConfirmChannel>;
  /** Called before each message. */
  aboutToPublish(): void;
  /** The broker has answered for a message. */
  heard(): void;
  /** Whether it has within that time. */
  hasHeardWithin(timeMs: number): boolean;
  /** Gives it up; the lane is abandoned then. */
  fail(because: string): void;
}

export interface LaneLimits {
  /** Messages without an answer at a time. */
  readonly window: number;
  /** Within which a message must have its answer. */
  readonly confirmTimeoutMs: number;
}

/**
 * The channel for one exchange, on one connection. A message that RabbitMQ cannot take ends its channel, and with it the answers to
 * all others on it, of which it may have any. So exchanges do not share channels: one that is missing, or closed to us, harms
 * its own messages alone. And those that had no answer are sent again one at a time on a fresh channel, until each has had its own:
 * the one that ends the channel then is the one at fault. What the first channel had taken arrives twice, under the same id.
 */
export class Lane {
  readonly #exchange: string;
  readonly #connection: LaneConnection;
  readonly #limits: LaneLimits;
  #waiting: Sending[] = [];
  /** By delivery tag, which is their order. Those that were given up stay until their answer, or its place would be lost. */
  readonly #inFlight = new Map<number, Sending>();
  /** One of them ended a channel, it is not known which. */
  readonly #suspects = new Set<Sending>();
  #live = 0;
  #channel: ConfirmChannel | undefined;
  #isOpening = false;
  #isAbandoned = false;
  #lastTag = 0;

  constructor(exchange: string, connection: LaneConnection, limits: LaneLimits) {
    this.#exchange = exchange;
    this.#connection = connection;
    this.#limits = limits;
  }

  /** As `Outlet.publish` says. Messages are sent in the order of the calls. */
  publish(routingKey: string, message: Message, signal: AbortSignal): Promise<Receipt> {
    const sending = new Sending(routingKey, message, signal);
    sending.onOver = () => this.#isOver(sending);
    this.#waiting.push(sending);
    this.#pump();
    return sending.answer;
  }

  /** The connection is lost: no message has an answer any more. */
  abandon(because: string): void {
    this.#isAbandoned = true;
    this.#channel = undefined;
    const all = [...this.#inFlight.values(), ...this.#waiting];
    this.#inFlight.clear();
    this.#waiting = [];
    for (const sending of all) sending.reject(new BrokerDown(because));
  }

  #pump(): void {
    if (this.#waiting.length === 0) return;
    if (!this.#channel) return void this.#open();
    const limit = this.#suspects.size > 0 ? 1 : this.#limits.window;
    while (this.#live < limit) {
      const next = this.#waiting.shift();
      if (!next) return;
      this.#send(this.#channel, next);
    }
  }

  async #open(): Promise<void> {
    if (this.#isOpening) return;
    this.#isOpening = true;
    const { confirmTimeoutMs } = this.#limits;
    const tooLate = () => this.#connection.fail(`no channel within ${confirmTimeoutMs / 1000} s`);
    const timer = setTimeout(tooLate, confirmTimeoutMs);
    try {
      this.#attach(await this.#connection.openChannel());
      this.#pump();
    } catch (error) {
      if (!this.#isAbandoned) this.#connection.fail(closingReason(error as Error).text);
    } finally {
      clearTimeout(timer);
      this.#isOpening = false;
    }
  }

  #attach(channel: ConfirmChannel): void {
    let error: Error | undefined;
    this.#channel = channel;
    this.#lastTag = 0;
    channel.on('error', (each) => {
      error = each;
    });
    // Without an error the connection is lost, which abandons the lane.
    channel.on('close', () => {
      if (error && this.#channel === channel) this.#lose(error);
    });
    channel.on('return', (returned) => this.#markReturned(returned));
    channel.on('ack', ({ deliveryTag, multiple }) => this.#settle(deliveryTag, multiple, true));
    channel.on('nack', ({ deliveryTag, multiple }) => this.#settle(deliveryTag, multiple, false));
  }

  #send(channel: ConfirmChannel, sending: Sending): void {
    try {
      const properties = toProperties(sending.message, this.#connection.frameMax);
      this.#connection.aboutToPublish();
      channel.publish(this.#exchange, sending.routingKey, sending.message.body, properties);
    } catch (error) {
      return void this.#couldNotSend(sending, error as Error);
    }
    this.#live++;
    sending.isInFlight = true;
    sending.startTimer(this.#limits.confirmTimeoutMs, () => this.#hasNoAnswer(sending));
    this.#inFlight.set(++this.#lastTag, sending);
  }

  /** amqplib encodes before it writes: what it cannot encode has left nothing on the wire. */
  #couldNotSend(sending: Sending, error: Error): void {
    if (error instanceof MessageRefused) return void sending.reject(error);
    if (error.name !== 'IllegalOperationError')
      return void sending.reject(new MessageRefused('NOT_ENCODABLE', error.message, { cause: error }));
    this.#waiting.unshift(sending);
    this.#connection.fail(error.message);
  }

  /** It comes before the message's answer, which is a yes: nothing else says that no queue took it. */
  #markReturned({ fields, properties }: Returned): void {
    for (const sending of this.#inFlight.values()) {
      if (sending.message.id !== properties.messageId || sending.returned !== undefined) continue;
      sending.returned = String((fields as { replyText?: unknown }).replyText);
      return;
    }
  }

  #settle(tag: number, isMultiple: boolean, isTaken: boolean): void {
    this.#connection.heard();
    for (const each of isMultiple ? this.#upTo(tag) : [tag]) {
      const sending = this.#inFlight.get(each);
      this.#inFlight.delete(each);
      if (sending) this.#answer(sending, isTaken);
    }
    this.#pump();
  }

  #upTo(tag: number): number[] {
    const tags: number[] = [];
    for (const each of this.#inFlight.keys()) {
      if (each > tag) break;
      tags.push(each);
    }
    return tags;
  }

  #answer(sending: Sending, isTaken: boolean): void {
    const place = { exchange: this.#exchange, routing_key: sending.routingKey };
    if (!isTaken) return void sending.reject(new BrokerDown(rejected(sending.routingKey || this.#exchange)));
    if (sending.returned === undefined) return void sending.resolve(place);
    sending.reject(refused(sending.returned, 'no queue takes it', place));
  }

  /** The server ended the channel. */
  #lose(error: Error): void {
    this.#channel = undefined;
    const all = [...this.#inFlight.values()];
    this.#inFlight.clear();
    const live = all.filter((sending) => !sending.isOver);
    const [first] = live;
    if (first && all.length === 1) {
      const { code, text } = closingReason(error);
      first.reject(new MessageRefused(code, `${code}: ${text}`));
    } else for (const sending of live) this.#suspect(sending);
    this.#waiting.unshift(...live.filter((sending) => !sending.isOver));
    this.#pump();
  }

  #suspect(sending: Sending): void {
    this.#suspects.add(sending);
    this.#live--;
    sending.isInFlight = false;
    sending.returned = undefined;
    sending.stopTimer();
  }

  /**
   * While the broker answers for others it is this message's queue that does not, such as a quorum queue without its majority; else
   * it is the broker.
   */
  #hasNoAnswer(sending: Sending): void {
    const { confirmTimeoutMs } = this.#limits;
    const { because } = this.#connection;
    const words = `no confirm within ${confirmTimeoutMs / 1000} s`;
    if (because !== undefined) return void sending.reject(new BrokerDown(because));
    if (!this.#connection.hasHeardWithin(confirmTimeoutMs / 3)) return void this.#connection.fail(words);
    const place = sending.routingKey || this.#exchange;
    sending.reject(new BrokerDown(`${words} from a queue behind ${place}, while others confirm`));
    if (this.#inFlight.size > 2 * this.#limits.window)
      this.#connection.fail('too many messages without an answer');
  }

  #isOver(sending: Sending): void {
    this.#suspects.delete(sending);
    if (sending.isInFlight) this.#live--;
    else this.#waiting = this.#waiting.filter((each) => each !== sending);
    if (this.#channel) this.#pump();
  }
}

function refused(
  code: string,
  why: string,
  place: { exchange: string; routing_key: string },
): MessageRefused {
  const { exchange, routing_key } = place;
  const where =
    exchange === '' ? `queue "${routing_key}"` : `exchange "${exchange}", routing key "${routing_key}"`;
  return new MessageRefused(code, `${code}: ${why} (${where})`);
}

/** It is the queue's affair and no message's: the next would fare no better. */
function rejected(place: string): string {
  return `a queue behind ${place} is full, or failed, and rejects what comes`;
}
