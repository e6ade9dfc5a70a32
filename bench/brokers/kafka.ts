import { Producer } from '@platformatic/kafka';
import { noKafkaMock, startKafkaMock } from '../../test/support/kafka-mock.ts';
import type { BrokerBench } from './broker-bench.ts';

export const kafka: BrokerBench = {
  name: 'Kafka',
  contender: 'howdah-kafka',
  target: 5_000,
  notes: [
    "**Kafka**: no broker of Kafka itself, but librdkafka's mock cluster (kcat), which has no disk and no replicas: what a confirmation costs there is not in the figures.",
    '**@platformatic/kafka alone**: its idempotent producer, acks=all, one call of `send` for as many messages as Howdah runs at once, one call after the other.',
  ],
  async start(stack) {
    if (noKafkaMock) return undefined;
    const mock = stack.use(await startKafkaMock());
    process.env['KAFKA_URL'] = mock.url;
    stack.defer(() => void delete process.env['KAFKA_URL']);
    return {
      async send(count, atOnce) {
        const producer = new Producer({
          clientId: 'bench',
          bootstrapBrokers: [mock.url.replace('kafka://', '')],
          idempotent: true,
          retries: 2,
          producerId: -1n,
          producerEpoch: -1,
        } as ConstructorParameters<typeof Producer>[0]);
        for (let sent = 0; sent < count; sent += atOnce)
          await producer.send({ messages: messages(sent, atOnce) });
        await producer.close();
      },
    };
  },
};

/** Each with what a message of Howdah has. */
function messages(from: number, count: number) {
  return Array.from({ length: count }, (_, index) => ({
    topic: 'bench',
    value: Buffer.from('{}'),
    headers: headersOf(`00000000-0000-0000-0000-000000000000/${from + index}`),
  }));
}

function headersOf(id: string): Map<Buffer, Buffer> {
  const named = {
    'message-id': id,
    'message-type': 'noop',
    'message-created-at': '2026-01-01T00:00:00.000Z',
    'content-type': 'application/json',
  };
  return new Map(Object.entries(named).map(([name, text]) => [Buffer.from(name), Buffer.from(text)]));
}
