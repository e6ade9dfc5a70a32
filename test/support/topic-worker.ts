/** A process that reads the topic `users.v1` of a Kafka until it is killed. Arguments: connection string, KAFKA_URL. */
import { createLogger } from '../../src/observability/logger.ts';
import { parseKafkaAddress } from '../../src/relay/kafka/kafka-address.ts';
import { KafkaLogs } from '../../src/relay/kafka/kafka-logs.ts';
import { loadKafka } from '../../src/relay/kafka/load-kafka.ts';
import { Sources } from '../../src/relay/sources/sources.ts';
import { sourceOf } from './source-stage.ts';

const [connectionString = '', url = ''] = process.argv.slice(2);

const reading = new Sources({
  connectionString,
  application: 'shop',
  sources: [sourceOf({ broker: 'kafka', place: 'users.v1' })],
  brokers: { kafka: new KafkaLogs(await loadKafka(), parseKafkaAddress(url)) },
  log: createLogger({ level: 'silent' }),
});
await reading.start();
