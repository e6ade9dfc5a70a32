import type { Logger } from '../../observability/logger.ts';
import type { BoundTask } from '../../tasks/bind.ts';
import type { Broker, BrokerName, Outlet } from '../broker.ts';
import { RouteGate } from '../outage/route-gate.ts';
import { describeRoute } from './describe-route.ts';
import { publishing } from './publishing.ts';

/** The part of a pool that names the database. */
interface Queryable {
  query<Row>(text: string): Promise<{ rows: Row[] }>;
}

/** Where the jobs of one task go, in the terms of who takes them there. */
export interface RelayRoute {
  readonly to: BrokerName | 'webhook';
  readonly target: unknown;
  readonly cloudEvents: boolean;
}

export interface WebhooksOutlet extends Outlet<never> {
  /** Ends every connection, and with it what is under way. */
  close(): void;
}

export interface RelayOptions<Services> {
  /** Every task of the application, by name. */
  readonly tasks: ReadonlyMap<string, BoundTask<Services>>;
  readonly routes: ReadonlyMap<string, RelayRoute>;
  /** Those that routes lead to. */
  readonly brokers: ReadonlyMap<BrokerName, Broker<never>>;
  /** What posts to addresses, if routes lead to any. */
  readonly webhooks?: WebhooksOutlet;
  readonly log: Logger;
}

/** The brokers of a process, and its tasks as they run with them: those with a route hand their jobs over. */
export class Relay<Services> {
  readonly tasks: ReadonlyMap<string, BoundTask<Services>>;
  readonly #options: RelayOptions<Services>;
  #database: Queryable | undefined;
  #installation: string | undefined;

  constructor(options: RelayOptions<Services>) {
    this.#options = options;
    this.tasks = new Map([...options.tasks].map(([name, task]) => [name, this.#routed(name, task)]));
  }

  /**
   * Begins to connect. What cannot be reached is told in the log: jobs wait for it.
   *
   * @param database to ask for the name of the installation; lives for as long as runs do
   */
  open(database: Queryable): void {
    this.#database = database;
    for (const [name, broker] of this.#options.brokers) {
      this.#warnOnce(name, broker);
      broker.open();
    }
  }

  /** Once no run is under way. */
  async close(timeoutMs: number): Promise<void> {
    this.#options.webhooks?.close();
    await Promise.all([...this.#options.brokers.values()].map((broker) => broker.close(timeoutMs)));
  }

  #routed(name: string, task: BoundTask<Services>): BoundTask<Services> {
    const route = this.#options.routes.get(name);
    if (!route) return task;
    const { target, cloudEvents, to } = route;
    const shared = {
      target: target as never,
      eventsTo: cloudEvents ? to : undefined,
      goesTo: describeRoute(route),
      installation: () => this.#readInstallation(),
    };
    if (to === 'webhook')
      return publishing(task as BoundTask<never>, { ...shared, outlet: found(this.#options.webhooks) });
    const gate = new RouteGate(found(this.#options.brokers.get(to)));
    return publishing(task as BoundTask<never>, { ...shared, outlet: gate, gate });
  }

  async #readInstallation(): Promise<string> {
    if (this.#installation !== undefined) return this.#installation;
    const { rows } = (await this.#database?.query<{ id: string }>('select id from howdah.installation')) ?? {
      rows: [],
    };
    const [row] = rows;
    if (!row) throw new Error('the database has no name yet: no worker has begun in it');
    this.#installation = row.id;
    return row.id;
  }

  /** Looks at the targets as soon as the broker is reached. */
  #warnOnce(name: BrokerName, broker: Broker<never>): void {
    let isDone = false;
    broker.onChange(() => {
      if (isDone || broker.trouble) return;
      isDone = true;
      for (const [task, route] of this.#options.routes) {
        if (route.to === name) void this.#warn(task, broker, route.target as never);
      }
    });
  }

  async #warn(task: string, broker: Broker<never>, target: never): Promise<void> {
    const because = await broker.check(target);
    if (because === undefined) return;
    const fields = { type: task, broker: broker.name, target, because };
    this.#options.log.warn(fields, 'a route leads nowhere yet: its jobs will fail until it does');
  }
}

function found<T>(opened: T | undefined): T {
  if (opened === undefined) throw new Error('nothing was opened where a route leads');
  return opened;
}
