import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { describeError } from '../../index.ts';
import { declareQueues } from '../../testing.ts';

/** Where the bank's jobs go in the demo, and come from in the back office. */
export interface DemoRoute {
  readonly url: string;
  /** As ROUTES has it. */
  readonly routes: string;
  /** As SOURCES has them. */
  readonly sources: readonly string[];
}

const TASKS = ['send_verify_email', 'send_welcome_email', 'delete_expired_verifications'];
const HERE = 'amqp://guest:guest@127.0.0.1:5672';

/**
 * The route that `--route rabbitmq` asks for, with queues of its own at the broker of RABBITMQ_URL, or at one on this machine; they
 * go ten minutes after they were last used. Undefined where it is not asked for.
 *
 * @throws {Error} in words, when no broker is there, or another route is asked for
 */
export async function openRoute(
  args: readonly string[],
  { RABBITMQ_URL: given }: Readonly<Record<string, string | undefined>>,
): Promise<DemoRoute | undefined> {
  const { values } = parseArgs({ args: [...args], options: { route: { type: 'string' } } });
  if (values.route === undefined) return undefined;
  if (values.route !== 'rabbitmq')
    throw new Error(`--route: expected rabbitmq, received ${JSON.stringify(values.route)}`);
  const url = given?.trim() || HERE;
  const prefix = `howdah-demo-${randomBytes(3).toString('hex')}`;
  const places = TASKS.map((task) => ({ task, queue: `${prefix}.${task}` }));
  try {
    await declareQueues(
      url,
      places.map(({ queue }) => queue),
    );
  } catch (error) {
    throw new Error(
      `there is no RabbitMQ ${given?.trim() ? 'at RABBITMQ_URL' : 'on this machine'} (${describeError(error).message}). docker compose --profile brokers up -d rabbitmq starts one; RABBITMQ_URL names another`,
    );
  }
  return {
    url,
    routes: places.map(({ task, queue }) => `${task}=rabbitmq:${queue}`).join(','),
    sources: places.map(({ task, queue }) => `rabbitmq:${queue}>${task}`),
  };
}
