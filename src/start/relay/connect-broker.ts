import type { Broker, BrokerName } from '../../relay/broker.ts';
import { parseKafkaAddress } from '../../relay/kafka/kafka-address.ts';

export interface BrokerOptions {
  /** RABBITMQ_URL or KAFKA_URL. */
  readonly url: string;
  /** What the broker is told of who connects. */
  readonly clientName: string;
}

/** Makes a broker that does not connect yet. Its client is loaded here, which is installed where jobs go there alone. */
type ConnectBroker = (options: BrokerOptions) => Promise<Broker<never>>;

export const CONNECT: Readonly<Record<BrokerName, ConnectBroker>> = {
  async rabbitmq(options) {
    const { createRabbitmqBroker } = await import('../../relay/rabbitmq/rabbitmq-broker.ts');
    return createRabbitmqBroker(options);
  },
  async kafka({ url }) {
    const { KafkaBroker } = await import('../../relay/kafka/kafka-broker.ts');
    const { loadKafka } = await import('../../relay/kafka/load-kafka.ts');
    return new KafkaBroker(await loadKafka(), parseKafkaAddress(url));
  },
};
