import { parseKafkaAddress } from '../../src/relay/kafka/kafka-address.ts';
import { KafkaBroker, type KafkaBrokerLimits } from '../../src/relay/kafka/kafka-broker.ts';
import { loadKafka } from '../../src/relay/kafka/load-kafka.ts';
import { waitFor } from './wait-for.ts';

/** One that is connected; closed with the stack. @param limits none waits as long as outside of tests */
export async function openKafkaBroker(
  stack: AsyncDisposableStack,
  url: string,
  limits: Partial<KafkaBrokerLimits> = {},
): Promise<KafkaBroker> {
  const broker = await beginKafkaBroker(stack, url, limits);
  await waitFor('Kafka to be connected', () => broker.trouble === undefined);
  return broker;
}

/** One that has begun to connect. */
export async function beginKafkaBroker(
  stack: AsyncDisposableStack,
  url: string,
  limits: Partial<KafkaBrokerLimits> = {},
): Promise<KafkaBroker> {
  const broker = new KafkaBroker(await loadKafka(), parseKafkaAddress(url), {
    retryDelayMs: 10,
    reconnectDelayMs: 20,
    maxReconnectDelayMs: 200,
    ...limits,
  });
  stack.defer(() => broker.close(1_000));
  broker.open();
  return broker;
}
