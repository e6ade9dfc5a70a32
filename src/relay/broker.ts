import { GateShut } from '../tasks/run-gate.ts';
import type { Message } from './message.ts';

/** Where a message was put: `{exchange, routing_key}` or `{topic, partition, offset}`. Becomes the result of its job. */
export type Receipt = Readonly<Record<string, unknown>>;

/** Where messages go. */
export interface Outlet<Target> {
  /**
   * Resolves when the message is in the other side's hands.
   *
   * @param signal gives up; the promise rejects with its reason, and the message may be there or not
   * @throws {BrokerDown} the broker was lost, is blocked or did not answer in time: it may have the message or not
   * @throws {MessageRefused} this message alone is at fault
   */
  publish(target: Target, message: Message, signal: AbortSignal): Promise<Receipt>;
}

/** One connection of the process to one broker, whatever number of tasks are routed to it. */
export interface Broker<Target> extends Outlet<Target> {
  readonly name: BrokerName;
  /** Undefined while messages can be handed over; else why not, in words without a secret, and since when. It starts as "connecting". */
  readonly trouble: BrokerTrouble | undefined;
  /** Calls the listener at each change of `trouble`. */
  onChange(listener: () => void): void;
  /**
   * Begins to connect, and from then on reconnects by itself: one attempt at a time, with backoff and jitter. Returns at once, never
   * throws.
   */
  open(): void;
  /** Why the target cannot be reached, for a warning at start; undefined if it can, or that is not to be known. Never rejects. */
  check(target: Target): Promise<string | undefined>;
  /** What is under way is confirmed or given up within the time; then nothing is left open. Never rejects. */
  close(timeoutMs: number): Promise<void>;
}

export type BrokerName = 'rabbitmq' | 'kafka';

export interface BrokerTrouble {
  readonly since: Date;
  readonly because: string;
}

/** A place of RabbitMQ. */
export interface RabbitmqTarget {
  /** Empty for the default one, which puts a message into the queue that its routing key names. */
  readonly exchange: string;
  readonly routingKey: string;
}

/** A place of Kafka. */
export interface KafkaTarget {
  readonly topic: string;
}

/** The broker was lost, is blocked or did not answer in time. The job goes back as it was, and the attempt does not count. */
export class BrokerDown extends GateShut {
  override readonly name: string = 'BrokerDown';
}

/**
 * This message alone is at fault: there is no such exchange or topic, nobody takes it, it is too large, or the broker does not let
 * us. An error like any other: the job is tried again as its task says, and at last discarded.
 */
export class MessageRefused extends Error {
  override readonly name = 'MessageRefused';
  /** What the broker calls it, such as `NO_ROUTE` or `MESSAGE_TOO_LARGE`. */
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
