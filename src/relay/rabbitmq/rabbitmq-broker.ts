import type { ChannelModel } from 'amqplib';
import { type Broker, BrokerDown, type BrokerTrouble, type RabbitmqTarget, type Receipt } from '../broker.ts';
import type { Message } from '../message.ts';
import { parseAddress, type RabbitmqAddress } from './address.ts';
import { checkTarget } from './check-target.ts';
import { gatherWrites } from './gather-writes.ts';
import { Lane, type LaneConnection, type LaneLimits } from './lane.ts';
import { type Amqplib, LastingConnection } from './lasting-connection.ts';
import { within } from './within.ts';

export interface RabbitmqBrokerOptions {
  /** RABBITMQ_URL. */
  readonly url: string;
  /** What RabbitMQ lists the connection as. */
  readonly clientName: string;
  /** Messages without an answer at a time, for each exchange. More than a few hundred did not make it faster. @default 1,000 */
  readonly window?: number;
  /** Within which a message must have its answer. @default 15 s */
  readonly confirmTimeoutMs?: number;
}

const WINDOW = 1_000;
const CONFIRM_TIMEOUT_MS = 15_000;
const CHECK_TIMEOUT_MS = 5_000;
/** What AMQP requires of every peer. */
const MIN_FRAME = 4_096;

/**
 * Publishes with confirms: a message counts as handed over once RabbitMQ says that every queue it was routed to has it, on disk where
 * the queue is durable. Connects by `open`.
 *
 * @throws {Error} in words, if the URL has mistakes or the package amqplib is missing
 */
export async function createRabbitmqBroker({
  url,
  clientName,
  window = WINDOW,
  confirmTimeoutMs = CONFIRM_TIMEOUT_MS,
}: RabbitmqBrokerOptions): Promise<RabbitmqBroker> {
  const address = parseAddress(url);
  const client = await import('amqplib');
  return new RabbitmqBroker({ client, address, clientName }, { window, confirmTimeoutMs });
}

interface Peer {
  readonly client: Amqplib;
  readonly address: RabbitmqAddress;
  readonly clientName: string;
}

/** RabbitMQ, as messages go to it. */
export class RabbitmqBroker implements Broker<RabbitmqTarget> {
  readonly name = 'rabbitmq';
  readonly #connection: LastingConnection;
  readonly #limits: LaneLimits;
  /** By exchange; those of the present connection. */
  readonly #lanes = new Map<string, Lane>();
  #lastHeardAt = 0;
  #pendingCount = 0;
  #onIdle: () => void = () => {};

  constructor({ client, address, clientName }: Peer, limits: LaneLimits) {
    this.#limits = limits;
    const onOver = () => this.#abandonLanes();
    this.#connection = new LastingConnection({ client, address, name: clientName, onOver });
  }

  get trouble(): BrokerTrouble | undefined {
    return this.#connection.trouble;
  }

  onChange(listener: () => void): void {
    this.#connection.onChange(listener);
  }

  open(): void {
    this.#connection.open();
  }

  async publish(target: RabbitmqTarget, message: Message, signal: AbortSignal): Promise<Receipt> {
    const { model, trouble } = this.#connection;
    if (!model || trouble) throw new BrokerDown(trouble?.because ?? 'connecting');
    this.#pendingCount++;
    try {
      return await this.#laneOf(target.exchange, model).publish(target.routingKey, message, signal);
    } finally {
      if (--this.#pendingCount === 0) this.#onIdle();
    }
  }

  async check(target: RabbitmqTarget): Promise<string | undefined> {
    const model = await this.#connection.connected(CHECK_TIMEOUT_MS);
    return model && checkTarget(model, target, CHECK_TIMEOUT_MS);
  }

  async close(timeoutMs: number): Promise<void> {
    const startedAt = performance.now();
    this.#connection.retire();
    await this.#whenIdle(timeoutMs);
    await this.#connection.close(Math.max(0, timeoutMs - (performance.now() - startedAt)));
  }

  #laneOf(exchange: string, model: ChannelModel): Lane {
    const lane = this.#lanes.get(exchange) ?? new Lane(exchange, this.#asLanesSeeIt(model), this.#limits);
    this.#lanes.set(exchange, lane);
    return lane;
  }

  #asLanesSeeIt(model: ChannelModel): LaneConnection {
    const connection = this.#connection;
    const { frameMax = MIN_FRAME } = model.connection as { frameMax?: number };
    return {
      frameMax,
      get because() {
        return connection.trouble?.because;
      },
      aboutToPublish: gatherWrites(model),
      openChannel: () => model.createConfirmChannel(),
      heard: () => {
        this.#lastHeardAt = performance.now();
        connection.proved();
      },
      hasHeardWithin: (timeMs) => performance.now() - this.#lastHeardAt < timeMs,
      fail: (because) => connection.fail(because),
    };
  }

  #abandonLanes(): void {
    const lanes = [...this.#lanes.values()];
    this.#lanes.clear();
    for (const lane of lanes) lane.abandon(this.#connection.trouble?.because ?? 'closed');
  }

  async #whenIdle(timeoutMs: number): Promise<void> {
    if (this.#pendingCount === 0) return;
    await within(timeoutMs, (resolve) => {
      this.#onIdle = resolve;
    });
  }
}
