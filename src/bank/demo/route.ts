import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { describeError } from '../../index.ts';
import { declareQueues } from '../../testing.ts';
import { startKafkaMock, type TopicMessage } from './kafka-mock.ts';

/** Where the bank's jobs go in the demo, and come from in the back office. */
export interface DemoRoute {
  /** As people call it. */
  readonly broker: 'RabbitMQ' | 'Kafka';
  /** What has to be known of it besides. */
  readonly note?: string;
  /** Of the bank: ROUTES, and the broker's address. */
  readonly settings: Readonly<Record<string, string>>;
  /** What the back office's worker is started with, to read the messages itself. */
  readonly source?: { readonly rabbitmqUrl: string; readonly sources: readonly string[] };
  /** The messages of a task, where it cannot. */
  readonly read?: (task: string) => Promise<TopicMessage[]>;
}

const TASKS = ['send_verify_email', 'send_welcome_email', 'delete_expired_verifications'];
const HERE = 'amqp://guest:guest@127.0.0.1:5672';

/**
 * The route that `--route` asks for, with queues or topics of the demo's own; undefined where none is asked for.
 *
 * @param opened what was started for it ends with this
 * @throws {Error} in words, when no broker is there, or another route is asked for
 */
export async function openRoute(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  opened: AsyncDisposableStack,
): Promise<DemoRoute | undefined> {
  const { values } = parseArgs({ args: [...args], options: { route: { type: 'string' } } });
  if (values.route === undefined) return undefined;
  const prefix = `howdah-demo-${randomBytes(3).toString('hex')}`;
  const place = (task: string) => `${prefix}.${task}`;
  if (values.route === 'rabbitmq') return toRabbitmq(place, env['RABBITMQ_URL']?.trim());
  if (values.route === 'kafka') return toKafka(place, opened);
  throw new Error(`--route: expected rabbitmq or kafka, received ${JSON.stringify(values.route)}`);
}

type Place = (task: string) => string;

/** At the broker of RABBITMQ_URL, or at one on this machine. The queues go ten minutes after they were last used. */
async function toRabbitmq(place: Place, given: string | undefined): Promise<DemoRoute> {
  const url = given || HERE;
  try {
    await declareQueues(url, TASKS.map(place));
  } catch (error) {
    throw new Error(
      `there is no RabbitMQ ${given ? 'at RABBITMQ_URL' : 'on this machine'} (${describeError(error).message}). docker compose --profile brokers up -d rabbitmq starts one; RABBITMQ_URL names another`,
    );
  }
  return {
    broker: 'RabbitMQ',
    settings: { ROUTES: routesTo('rabbitmq', place), RABBITMQ_URL: url },
    source: { rabbitmqUrl: url, sources: TASKS.map((task) => `rabbitmq:${place(task)}>${task}`) },
  };
}

/** The mock takes messages as a broker does, but knows too little of the protocol for a source of Howdah's. */
async function toKafka(place: Place, opened: AsyncDisposableStack): Promise<DemoRoute> {
  const { url, read } = await startKafkaMock(opened);
  return {
    broker: 'Kafka',
    note: 'it is played by the mock cluster of librdkafka, in a process of kcat',
    settings: { ROUTES: routesTo('kafka', place), KAFKA_URL: url },
    read: (task) => read(place(task)),
  };
}

function routesTo(broker: 'rabbitmq' | 'kafka', place: Place): string {
  return TASKS.map((task) => `${task}=${broker}:${place(task)}`).join(',');
}
