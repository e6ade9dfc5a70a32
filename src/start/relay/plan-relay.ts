import type { LoadedApp } from '../../app/load-tasks.ts';
import { type Config, ConfigError } from '../../config.ts';
import { toError } from '../../errors/to-error.ts';
import type { BrokerName } from '../../relay/broker.ts';
import { parseKafkaAddress } from '../../relay/kafka/kafka-address.ts';
import { parseAddress } from '../../relay/rabbitmq/address.ts';
import { findUnreachable } from '../../relay/routes/find-unreachable.ts';
import { type PlannedRoutes, planRoutes } from '../../relay/routes/plan-routes.ts';

export type RelayPlan = PlannedRoutes['routes'];

/**
 * Where the jobs of each task go that do not run in this process.
 *
 * @throws {ConfigError} with every mistake of every route at once, be it that a broker has no address or no client
 */
export function planRelay(
  { app, tasks }: Pick<LoadedApp, 'app' | 'tasks'>,
  config: Pick<Config, 'routes' | 'taskDistributor' | 'rabbitmqUrl' | 'kafkaUrl'>,
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
  const all = [...mistakes, ...findUnreachable(routes, urls, { mistakeIn })];
  if (all.length === 0) return routes;
  throw new ConfigError(all.map(({ field, message }) => ({ variable: field, message })));
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
