import type { Logger } from '../../observability/logger.ts';
import type { Broker, BrokerName } from '../../relay/broker.ts';

export interface BrokerOptions {
  /** RABBITMQ_URL or KAFKA_URL. */
  readonly url: string;
  /** What the broker is told of who connects. */
  readonly clientName: string;
  readonly log: Logger;
}

/** Makes a broker that does not connect yet; its client is loaded here. */
export type ConnectBroker = (options: BrokerOptions) => Promise<Broker<never>>;

/** Those that there are. */
export const CONNECT: Partial<Readonly<Record<BrokerName, ConnectBroker>>> = {};
