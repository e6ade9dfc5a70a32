import { asyncStack } from '../../src/start/async-stack.ts';
import type { BrokerBench, ClientAlone, RunningBroker } from '../brokers/broker-bench.ts';
import { kafka } from '../brokers/kafka.ts';
import { rabbitmq } from '../brokers/rabbitmq.ts';
import { drainOnce } from '../drain-once.ts';
import type { Figures } from '../figures.ts';
import { fill } from '../place.ts';
import type { Bench, Row, Rows, Section } from '../section.ts';
import { tidy } from '../tidy.ts';

const BROKERS: readonly BrokerBench[] = [rabbitmq, kafka];
/** Runs, and messages of the client alone, that wait for their confirmation at once. */
const AT_ONCE = 200;

export const brokers: Section = {
  letter: 'l',
  name: 'brokers',
  title: 'Out of the queue, to a broker',
  question: `Jobs wait in one queue whose task has a route to a broker; one worker process hands them over. From when it takes
jobs to the last that is completed, which it is when the broker has confirmed its message. Beside it, the same messages by the
broker's client alone, without a queue.`,
  sizes: { messages: { full: 50_000, quick: 5_000, least: 1_000 } },
  columns: [
    { key: 'messagesPerSecond', title: 'messages/s' },
    { key: 'nodeMs', title: 'ms of Node for 1,000', digits: 1 },
    { key: 'serverMs', title: 'ms of Postgres for 1,000', digits: 1 },
  ],
  chart: { title: 'Confirmed messages a second', keys: ['messagesPerSecond'] },
  ratios: BROKERS.flatMap(({ name, target, alone }) => [
    {
      name: `${name}: messages/s out of the queue`,
      of: (rows) => rows.median('howdah', 'messagesPerSecond', name),
      target: { atLeast: target },
      digits: 0,
    },
    ...alone.map((client) => ({
      name: `${name}: messages/s, by those of the ${client}`,
      of: (rows: Rows) =>
        rows.median('howdah', 'messagesPerSecond', name) / rows.median(client, 'messagesPerSecond', name),
      target: { atLeast: 0.5 },
    })),
  ]),
  async run(bench) {
    const rows: Row[] = [];
    for (const broker of BROKERS) {
      await using stack = asyncStack();
      const running = await broker.start(stack);
      if (running) rows.push(...(await compare(bench, broker, running)));
      else bench.tell(`there is no ${broker.name} here`);
    }
    return { rows, notes: [`${AT_ONCE} at once.`, ...BROKERS.flatMap(({ notes }) => notes)] };
  },
};

async function compare(bench: Bench, broker: BrokerBench, running: RunningBroker): Promise<Row[]> {
  const [place] = await bench.places([broker.contender]);
  if (!place) return [];
  const count = bench.size('messages');
  const throughQueue = async () => {
    await fill(place, count);
    await tidy(bench.servers, place);
    const drained = await drainOnce(bench.servers, place, { count, concurrency: AT_ONCE });
    return { ...drained, messagesPerSecond: drained.jobsPerSecond ?? Number.NaN };
  };
  const alone = async ({ send }: ClientAlone) => {
    const before = process.cpuUsage();
    const beganAt = performance.now();
    await send(count, AT_ONCE);
    const ms = performance.now() - beganAt;
    const { user, system } = process.cpuUsage(before);
    return { messagesPerSecond: (count / ms) * 1_000, nodeMs: (user + system) / count };
  };
  const found: Map<string, Figures> = await bench.inTurns(
    ['howdah', ...running.alone.map(({ name }) => name)],
    (who) => `${broker.name}, ${who}`,
    (who) => {
      const client = running.alone.find(({ name }) => name === who);
      return client ? alone(client) : throughQueue();
    },
  );
  return [...found].map(([contender, figures]) => ({ contender, when: broker.name, figures }));
}
