import { connect } from 'amqplib';
import { asyncStack } from '../../src/start/async-stack.ts';
import { noRabbitMq, startRabbitMq } from '../../test/support/rabbitmq.ts';
import { declareQueue, withChannel } from '../../test/support/rabbitmq-scene.ts';
import { sendAll } from '../brokers/rabbitmq.ts';
import { drainOnce } from '../drain-once.ts';
import type { Bench, Section } from '../section.ts';
import { tidy } from '../tidy.ts';

const ALONE = 'amqplib alone';
const QUEUE = 'bench-in';
const PREFETCH = 500;

export const messagesIn: Section = {
  letter: 'm',
  name: 'messages-in',
  title: 'Messages of a broker into the queue',
  question: `Messages wait in a queue of RabbitMQ; one worker process that reads it makes jobs of them, each exactly once. From its first
batch to the last that is committed. Beside it, amqplib alone takes the same messages with the same prefetch, and acknowledges each.`,
  sizes: { messages: { full: 50_000, quick: 5_000, least: 2_000 } },
  columns: [
    { key: 'messagesPerSecond', title: 'messages/s' },
    { key: 'nodeMs', title: 'ms of Node for 1,000', digits: 1 },
    { key: 'serverMs', title: 'ms of Postgres for 1,000', digits: 1 },
  ],
  chart: { title: 'Messages a second', keys: ['messagesPerSecond'] },
  ratios: [
    {
      name: 'messages/s that become jobs',
      of: (rows) => rows.median('howdah', 'messagesPerSecond'),
      target: { atLeast: 5_000 },
      digits: 0,
    },
  ],
  async run(bench) {
    if (noRabbitMq) return { rows: [], notes: [`Not measured: ${noRabbitMq}.`] };
    await using stack = asyncStack();
    const server = await startRabbitMq(stack);
    await declareQueue(server, QUEUE);
    process.env['RABBITMQ_URL'] = server.url;
    stack.defer(() => void delete process.env['RABBITMQ_URL']);
    const places = await bench.places(['howdah-rabbitmq-in'], ['default', 'elsewhere']);
    const count = bench.size('messages');
    let from = 0;
    const found = await bench.inTurns(
      [...places, undefined],
      (place) => (place ? 'howdah' : ALONE),
      async (place) => {
        await withChannel(server, (channel) =>
          sendAll(channel, { queue: QUEUE, count, atOnce: PREFETCH, from }),
        );
        from += count;
        return place ? intoQueue(bench, place, count) : alone(server.url, count);
      },
    );
    return {
      rows: [...found].map(([place, figures]) => ({ contender: place ? 'howdah' : ALONE, figures })),
      notes: [
        `${count} messages a run, a prefetch of ${PREFETCH}. RabbitMQ is on the same two cores, its CPU is not counted.`,
      ],
    };
  },
};

async function intoQueue({ servers }: Bench, place: Parameters<typeof drainOnce>[1], count: number) {
  await tidy(servers, place);
  const drained = await drainOnce(servers, place, { count });
  return { ...drained, messagesPerSecond: drained['jobsPerSecond'] ?? Number.NaN };
}

async function alone(url: string, count: number) {
  const connection = await connect(url, { noDelay: true });
  const channel = await connection.createChannel();
  await channel.prefetch(PREFETCH);
  const before = process.cpuUsage();
  const beganAt = performance.now();
  let taken = 0;
  await new Promise<void>((resolve) => {
    void channel.consume(QUEUE, (message) => {
      if (!message) return;
      channel.ack(message);
      if (++taken === count) resolve();
    });
  });
  const ms = performance.now() - beganAt;
  const { user, system } = process.cpuUsage(before);
  await channel.close();
  await connection.close();
  return { messagesPerSecond: (count / ms) * 1_000, nodeMs: (user + system) / count };
}
