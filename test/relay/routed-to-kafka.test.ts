import { startKafkaStub } from '../support/kafka-stub/start-kafka-stub.ts';
import { openKafkaBroker } from '../support/open-kafka-broker.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import { waitFor } from '../support/wait-for.ts';
import { describeRoutedJobs } from './routed-jobs.ts';

describeRoutedJobs('a job that goes to Kafka', async (stack) => {
  const stub = stack.use(await startKafkaStub());
  const proxy = await startTcpProxy(stub.url);
  stack.defer(() => proxy.stop());
  stub.advertise(proxy.url);
  const broker = await openKafkaBroker(stack, proxy.url);
  const takenCount = new Map<string, number>();
  return {
    broker,
    placedIn: (topic) => ({ topic, partition: 0 }),
    declare: async (topic) => void stub.topic(topic),
    async take(topic) {
      const records = stub.topic(topic).records();
      const taken = records.slice(takenCount.get(topic) ?? 0);
      takenCount.set(topic, records.length);
      return taken.map(({ value, headers }) => {
        const named = Object.fromEntries(headers.map(([name, text]) => [String(name), String(text)]));
        return {
          id: named['message-id'] ?? '',
          type: named['message-type'] ?? '',
          body: String(value),
          headers: named,
        };
      });
    },
    async break() {
      proxy.refuse();
      await waitFor('Kafka to be away', () => broker.trouble);
    },
    mend: async () => proxy.admit(),
  };
});
