import type { DatabaseHandle } from '../../db/connections/open-database.ts';
import type { MetricsAccess } from '../../http/routes/metrics.ts';
import { readVacuumHolders } from '../../look/vacuum-holders.ts';
import { createMetrics } from '../../observability/metrics.ts';
import { watchVacuumHolders } from '../../observability/watch-vacuum-holders.ts';
import type { Parts } from '../parts.ts';
import { readDatabaseStats } from './read-database-stats.ts';

/** The metrics of this process, and the warning about what holds back vacuum; both end with the stack. */
export function openMetrics(
  { app, config, events, log, tokens }: Parts,
  { db }: DatabaseHandle,
  opened: AsyncDisposableStack,
): MetricsAccess {
  const readHolders = () => readVacuumHolders(db);
  const metrics = createMetrics({
    events,
    log,
    readDatabase: () => readDatabaseStats(db),
    known: [...app.catalogue.values()].map(({ name: task, queue }) => ({ queue, task })),
    queues: config.queues.map(({ name }) => name),
  });
  const watch = watchVacuumHolders({ readHolders, log });
  opened.defer(() => watch.stop());
  return { metrics, tokens: [tokens.adminToken, tokens.viewerToken] };
}
