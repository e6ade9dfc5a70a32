import { createLogger } from '../../src/observability/logger.ts';
import type { Broker } from '../../src/relay/broker.ts';
import { planRoutes } from '../../src/relay/routes/plan-routes.ts';
import { Relay } from '../../src/relay/routes/relay.ts';
import type { TaskDefinition } from '../../src/tasks/define-task.ts';
import { publish } from '../../src/tasks/publish.ts';
import { fixedDelay } from '../../src/tasks/retry-delay.ts';
import { openTestQueue, type TestQueue } from './test-queue.ts';

/** A message as it arrived. */
export interface Arrived {
  readonly id: string;
  readonly type: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, unknown>>;
}

/** Where messages go in a test: a broker of this process, or a real one. */
export interface BrokerScene {
  readonly broker: Broker<never>;
  /** What a receipt of the place says, at least. */
  placedIn(queue: string): object;
  /** Makes a place that takes messages; until then nothing takes those that name it. */
  declare(queue: string): Promise<void>;
  /** All that arrived there since the last call. */
  take(queue: string): Promise<Arrived[]>;
  /** Away from now on; resolves when the broker's own view says so. */
  break(): Promise<void>;
  /** There again. */
  mend(): Promise<void>;
}

/** A queue whose tasks all go to the scene's broker, each to the place of its name. */
export async function openRoutedQueue(
  { broker }: BrokerScene,
  definitions: readonly TaskDefinition[],
): Promise<TestQueue> {
  const target = broker.name === 'kafka' ? { kafka: {} } : { rabbitmq: {} };
  const tasks = new Map(
    definitions.map((each) => [each.name, publish(each, target, { retryDelay: fixedDelay(50) })]),
  );
  const { routes } = planRoutes({
    tasks,
    setting: undefined,
    ofApplication: undefined,
    distributor: 'postgres',
  });
  const brokers = new Map([[broker.name, broker]]);
  const relay = new Relay({ tasks, routes, brokers, log: createLogger({ level: 'silent' }) });
  const queue = await openTestQueue([...relay.tasks.values()] as never);
  relay.open(queue.pool);
  return queue;
}
