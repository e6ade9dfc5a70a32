import { Producer } from '@platformatic/kafka';
import { noKafkaMock, startKafkaMock } from '../../test/support/kafka-mock.ts';
import type { BrokerBench } from './broker-bench.ts';

const TOGETHER = 'client alone, many a call';
const ONE_BY_ONE = 'client alone, one a call';

type AnyProducer = Producer<unknown, unknown, unknown, unknown>;

export const kafka: BrokerBench = {
  name: 'Kafka',
  contender: 'howdah-kafka',
  target: 5_000,
  alone: [TOGETHER, ONE_BY_ONE],
  notes: [
    "**Kafka**: no broker of Kafka itself, but librdkafka's mock cluster (kcat), which has no disk and no replicas: what a confirmation costs there is not in the figures.",
    '**@platformatic/kafka alone**: its idempotent producer, acks=all. Many a call: one call of `send` for as many messages as Howdah runs at once, one call after the other. One a call: as many calls at once, each with one message, as an application sends that has one.',
  ],
  async start(stack) {
    if (noKafkaMock) return undefined;
    const mock = stack.use(await startKafkaMock());
    process.env['KAFKA_URL'] = mock.url;
    stack.defer(() => void delete process.env['KAFKA_URL']);
    const withProducer = async (send: (producer: AnyProducer) => Promise<void>) => {
      const producer = new Producer({
        clientId: 'bench',
        bootstrapBrokers: [mock.url.replace('kafka://', '')],
        idempotent: true,
        retries: 2,
        producerId: -1n,
        producerEpoch: -1,
      } as ConstructorParameters<typeof Producer>[0]);
      await send(producer);
      await producer.close();
    };
    return {
      alone: [
        {
          name: TOGETHER,
          send: (count, atOnce) => withProducer((producer) => sendTogether(producer, count, atOnce)),
        },
        {
          name: ONE_BY_ONE,
          send: (count, atOnce) => withProducer((producer) => sendOneByOne(producer, count, atOnce)),
        },
      ],
    };
  },
};

async function sendTogether(producer: AnyProducer, count: number, atOnce: number): Promise<void> {
  for (let sent = 0; sent < count; sent += atOnce) await producer.send({ messages: messages(sent, atOnce) });
}

/** As an application does that has one message to send: whenever one is confirmed the next one goes. */
async function sendOneByOne(producer: AnyProducer, count: number, atOnce: number): Promise<void> {
  let sent = 0;
  const lane = async () => {
    while (sent < count) await producer.send({ messages: messages(sent++, 1) });
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
}

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
