import type { LoadedApp } from '../../app/load-tasks.ts';
import type { Config } from '../../config.ts';
import type { DatabaseHandle } from '../../db/connections/open-database.ts';
import type { Logger } from '../../observability/logger.ts';
import type { Broker, BrokerName } from '../../relay/broker.ts';
import { Relay, type WebhooksOutlet } from '../../relay/routes/relay.ts';
import { CONNECT } from './connect-broker.ts';
import type { RelayPlan } from './plan-relay.ts';

/** What a broker gets to end in, once no run is under way. */
const CLOSE_MS = 2_000;

export interface RelaySurroundings {
  config: Pick<Config, 'rabbitmqUrl' | 'kafkaUrl'>;
  log: Logger;
  /** @default those that there are */
  connect?: typeof CONNECT;
}

/** The tasks of the application as they run with these routes. Only clients that a route needs are loaded, and nothing connects yet. */
export async function createRelay<Services>(
  { app, tasks }: Pick<LoadedApp<Services>, 'app' | 'tasks'>,
  { routes, webhooks }: Omit<RelayPlan, 'sources'>,
  { config, log, connect = CONNECT }: RelaySurroundings,
): Promise<Relay<Services>> {
  const needed = new Set([...routes.values()].map(({ to }) => to).filter((to) => to !== 'webhook'));
  const urls = { rabbitmq: config.rabbitmqUrl ?? '', kafka: config.kafkaUrl ?? '' };
  const brokers = new Map<BrokerName, Broker<never>>();
  for (const name of needed) {
    brokers.set(name, await connect[name]({ url: urls[name], clientName: `howdah ${app.name}` }));
  }
  for (const warning of webhooks.warnings) log.warn(warning);
  return new Relay({ tasks, routes, brokers, log, ...(await loadWebhooks({ routes, webhooks })) });
}

/** Where something goes to an address. */
async function loadWebhooks({
  routes,
  webhooks,
}: Omit<RelayPlan, 'sources'>): Promise<{ webhooks?: WebhooksOutlet }> {
  if ([...routes.values()].every(({ to }) => to !== 'webhook')) return {};
  const { Webhooks } = await import('../../relay/webhook/webhooks.ts');
  return { webhooks: new Webhooks(webhooks.options) };
}

/** Has it connect. What the stack got later ends before the connections do: runs, that is. */
export function openRelay(
  relay: Relay<unknown>,
  database: Pick<DatabaseHandle, 'db'>,
  opened: AsyncDisposableStack,
): void {
  relay.open(database.db);
  opened.defer(() => relay.close(CLOSE_MS));
}
