import type { LoadedApp } from '../../app/load-tasks.ts';
import { mergeWebhooks } from '../../config/webhook/given-webhooks.ts';
import { type Config, ConfigError, type ConfigProblem } from '../../config.ts';
import { toError } from '../../errors/to-error.ts';
import type { BrokerName } from '../../relay/broker.ts';
import { parseKafkaAddress } from '../../relay/kafka/kafka-address.ts';
import { parseAddress } from '../../relay/rabbitmq/address.ts';
import { findUnreachable } from '../../relay/routes/find-unreachable.ts';
import { type PlannedRoutes, planRoutes, type RouteMistake } from '../../relay/routes/plan-routes.ts';
import type { RelayRoute } from '../../relay/routes/relay.ts';
import { findCircles } from '../../relay/sources/find-circles.ts';
import { planSources } from '../../relay/sources/plan-sources.ts';
import type { Source } from '../../relay/sources/source.ts';
import { planWebhooks, type WebhookPlan } from '../../relay/webhook/plan-webhooks.ts';

/** Where the jobs of each task go that do not run here, and how those are posted that go to addresses. */
export interface RelayPlan {
  readonly routes: ReadonlyMap<string, RelayRoute>;
  readonly webhooks: Pick<WebhookPlan, 'options' | 'warnings'>;
  /** Places of brokers whose messages become jobs here. */
  readonly sources: readonly Source[];
}

/** Of a process that runs no jobs. */
export const NO_ROUTES: RelayPlan = {
  routes: new Map(),
  webhooks: { options: {}, warnings: [] },
  sources: [],
};

type RelayConfig = Pick<
  Config,
  | 'routes'
  | 'sources'
  | 'taskDistributor'
  | 'rabbitmqUrl'
  | 'kafkaUrl'
  | 'webhookSecrets'
  | 'webhookTimeoutMs'
  | 'webhookConcurrency'
  | 'webhookAllowPrivate'
>;

/**
 * Where the jobs of each task go that do not run in this process, and where messages come from that become jobs.
 *
 * @throws {ConfigError} with every mistake of every route and source at once, be it that a broker has no address or no client
 */
export function planRelay(
  { app, tasks, catalogue }: Pick<LoadedApp, 'app' | 'tasks' | 'catalogue'>,
  config: RelayConfig,
): RelayPlan {
  const { routes, mistakes } = planRoutes({
    tasks,
    setting: config.routes,
    ofApplication: app.routes,
    distributor: config.taskDistributor,
  });
  const urls: Record<BrokerName, string | undefined> = {
    rabbitmq: config.rabbitmqUrl,
    kafka: config.kafkaUrl,
  };
  const { settings, problems } = mergeWebhooks(config, app.webhooks);
  const webhooks = planWebhooks(addressesOf(routes), settings);
  const ofWebhooks = [...problems.map(toMistake), ...webhooks.mistakes.map(ofRoutes)];
  const { sources, mistakes: ofSources } = planSources({
    tasks: catalogue,
    setting: config.sources,
    ofApplication: app.sources,
  });
  const unreachable = findUnreachable(routes, urls, { mistakeIn, sources });
  const circles = findCircles(sources, routes);
  const all = [...mistakes, ...ofSources, ...circles, ...unreachable, ...ofWebhooks];
  if (all.length > 0) throw new ConfigError(all.map(({ field, message }) => ({ variable: field, message })));
  return { routes: withTargets(routes, webhooks), webhooks, sources };
}

function toMistake({ variable, message }: ConfigProblem): RouteMistake {
  return { field: variable, message };
}

function ofRoutes(message: string): RouteMistake {
  return { field: 'webhooks', message };
}

function addressesOf(routes: PlannedRoutes['routes']): Map<string, string> {
  return new Map(
    [...routes].flatMap(([task, { to, target }]) => (to === 'webhook' ? [[task, target.url]] : [])),
  );
}

function withTargets(routes: PlannedRoutes['routes'], { targets }: WebhookPlan): RelayPlan['routes'] {
  return new Map(
    [...routes].map(([task, route]) => [task, { ...route, target: targets.get(task) ?? route.target }]),
  );
}

const PARSERS = { rabbitmq: parseAddress, kafka: parseKafkaAddress };

function mistakeIn(broker: BrokerName, url: string): string | undefined {
  try {
    PARSERS[broker](url);
    return undefined;
  } catch (error) {
    return toError(error).message;
  }
}
