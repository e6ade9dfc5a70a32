import type { BrokerName } from '../../relay/broker.ts';
import type { InboundLogs, InboundQueues } from '../../relay/inbound.ts';
import { parseKafkaAddress } from '../../relay/kafka/kafka-address.ts';
import type { BrokerOptions } from './connect-broker.ts';

/** Makes the way in from a broker. Its client is loaded here, which is installed where messages come from there alone. */
type ConnectInbound = (options: BrokerOptions) => Promise<InboundQueues | InboundLogs>;

export const CONNECT_INBOUND: Readonly<Record<BrokerName, ConnectInbound>> = {
  async rabbitmq(options) {
    const { createRabbitmqQueues } = await import('../../relay/rabbitmq/rabbitmq-queues.ts');
    return createRabbitmqQueues(options);
  },
  async kafka({ url }) {
    const { KafkaLogs } = await import('../../relay/kafka/kafka-logs.ts');
    const { loadKafka } = await import('../../relay/kafka/load-kafka.ts');
    return new KafkaLogs(await loadKafka(), parseKafkaAddress(url));
  },
};
