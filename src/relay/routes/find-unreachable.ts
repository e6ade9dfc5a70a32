import type { BrokerName } from '../broker.ts';
import type { PlannedRoutes, RouteMistake } from './plan-routes.ts';

/** What a broker takes: the variable with its address, and the package that talks to it. */
const NEEDS = {
  rabbitmq: { variable: 'RABBITMQ_URL', example: 'amqp://user:password@rabbitmq.example:5672' },
  kafka: { variable: 'KAFKA_URL', example: 'kafka://one.example:9092,two.example:9092' },
} as const;

/** Exact, as what is relied on differs between versions. */
const CLIENTS = { rabbitmq: ['amqplib', '2.3.1'], kafka: ['@platformatic/kafka', '2.12.1'] } as const;

export interface FindOptions {
  /** What is wrong with the address of a broker, in words without a secret; undefined when nothing is. */
  readonly mistakeIn: (broker: BrokerName, url: string) => string | undefined;
  /** Places whose messages become jobs. @default none */
  readonly sources?: readonly { readonly broker: BrokerName; readonly name: string }[];
  /** @default whether the package can be imported here */
  readonly isInstalled?: (name: string) => boolean;
}

/** Brokers that jobs go to, or come from, and that have no address here, or no client. */
export function findUnreachable(
  routes: PlannedRoutes['routes'],
  urls: Readonly<Record<BrokerName, string | undefined>>,
  { mistakeIn, sources = [], isInstalled = canBeImported }: FindOptions,
): RouteMistake[] {
  const brokers = ['rabbitmq', 'kafka'] as const;
  return brokers.flatMap((broker) => {
    const tasks = [...routes].filter(([, { to }]) => to === broker).map(([task]) => task);
    const read = sources.filter((source) => source.broker === broker).map(({ name }) => name);
    if (tasks.length + read.length === 0) return [];
    const { variable, example } = NEEDS[broker];
    const [name, version] = CLIENTS[broker];
    const because = `as ${describeUse(broker, tasks, read)}`;
    const mistakes: RouteMistake[] = [];
    const url = urls[broker];
    const mistake = url === undefined ? undefined : mistakeIn(broker, url);
    if (mistake !== undefined) mistakes.push({ field: variable, message: mistake });
    if (url === undefined)
      mistakes.push({ field: variable, message: `expected e.g. ${example}, ${because}; received nothing` });
    if (!isInstalled(name))
      mistakes.push({
        field: broker,
        message: `expected the package ${name}, ${because}; it is not installed: npm install --save-exact ${name}@${version}`,
      });
    return mistakes;
  });
}

function describeUse(broker: BrokerName, tasks: readonly string[], sources: readonly string[]): string {
  const out = `${tasks.join(', ')} ${tasks.length === 1 ? 'goes' : 'go'} to ${broker}`;
  const into = `messages of ${sources.join(', ')} become jobs`;
  return [...(tasks.length > 0 ? [out] : []), ...(sources.length > 0 ? [into] : [])].join(' and ');
}

function canBeImported(name: string): boolean {
  try {
    import.meta.resolve(name);
    return true;
  } catch {
    return false;
  }
}
