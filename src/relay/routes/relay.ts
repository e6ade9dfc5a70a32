import type { Logger } from '../../observability/logger.ts';
import type { BoundTask } from '../../tasks/bind.ts';
import { type Broker, BrokerDown, type BrokerName, type Outlet } from '../broker.ts';
import { BrokerGate } from '../outage/broker-gate.ts';
import type { PlannedRoutes } from './plan-routes.ts';
import { publishing } from './publishing.ts';

/** The part of a pool that names the database. */
interface Queryable {
  query<Row>(text: string): Promise<{ rows: Row[] }>;
}

export interface RelayOptions<Services> {
  /** Every task of the application, by name. */
  readonly tasks: ReadonlyMap<string, BoundTask<Services>>;
  readonly routes: PlannedRoutes['routes'];
  /** Those that routes lead to. */
  readonly brokers: ReadonlyMap<BrokerName, Broker<never>>;
  /** Where webhooks go, by what their routes say. */
  readonly webhooks?: Outlet<never>;
  readonly log: Logger;
}

/** The brokers of a process, and its tasks as they run with them: those with a route hand their jobs over. */
export class Relay<Services> {
  readonly tasks: ReadonlyMap<string, BoundTask<Services>>;
  readonly #options: RelayOptions<Services>;
  readonly #gates: ReadonlyMap<BrokerName, BrokerGate>;
  #database: Queryable | undefined;
  #installation: string | undefined;

  constructor(options: RelayOptions<Services>) {
    this.#options = options;
    this.#gates = new Map([...options.brokers].map(([name, broker]) => [name, new BrokerGate(broker)]));
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
    await Promise.all([...this.#options.brokers.values()].map((broker) => broker.close(timeoutMs)));
  }

  #routed(name: string, task: BoundTask<Services>): BoundTask<Services> {
    const route = this.#options.routes.get(name);
    if (!route) return task;
    const { target, cloudEvents, to } = route;
    const gate = to === 'webhook' ? undefined : this.#gates.get(to);
    const outlet = to === 'webhook' ? this.#options.webhooks : this.#options.brokers.get(to);
    if (!outlet) throw new Error(`nothing was opened for the route of ${name} to ${to}`);
    return publishing(task as BoundTask<never>, {
      outlet: gate ? toldToGate(outlet, gate) : outlet,
      target: target as never,
      eventsTo: cloudEvents ? to : undefined,
      installation: () => this.#readInstallation(),
      ...(gate && { gate }),
    });
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

/** The gate is shut by the time that the run ends, or its job would be taken again at once. */
function toldToGate<Target>(outlet: Outlet<Target>, gate: BrokerGate): Outlet<Target> {
  return {
    async publish(target, message, signal) {
      try {
        return await outlet.publish(target, message, signal);
      } catch (error) {
        if (error instanceof BrokerDown) gate.failed(error);
        throw error;
      }
    },
  };
}
