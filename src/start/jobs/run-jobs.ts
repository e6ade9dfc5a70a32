import type { TaskProcessor } from '../../work/processor.ts';
import type { Parts } from '../parts.ts';
import { createRelay, openRelay } from '../relay/create-relay.ts';
import { readSources } from '../relay/read-sources.ts';
import { serveLate } from './serve-late.ts';
import { startRunners } from './start-runners.ts';

export type JobParts = Pick<
  Parts,
  | 'app'
  | 'services'
  | 'config'
  | 'events'
  | 'log'
  | 'databaseUrl'
  | 'directUrl'
  | 'database'
  | 'late'
  | 'routes'
  | 'signal'
>;

/**
 * A processor for the configured queues (`startRunners`, `serveLate`); it is the first part to stop.
 *
 * @throws {StartupError} when somebody's locks kept its runners from being registered for too long, or the database refused
 * @throws the reason of `signal` when it fired meanwhile
 */
export async function runJobs(parts: JobParts, opened: AsyncDisposableStack): Promise<TaskProcessor> {
  const { app, services, config, events, log, databaseUrl, directUrl, database, late, signal } = parts;
  const isLate = ({ name }: { name: string }) => late?.names.includes(name) === true;
  const all = config.queues.map((queue) => ({ ...queue, isLeased: app.leasedQueues.includes(queue.name) }));
  const queues = all.filter((queue) => !isLate(queue));
  const relay = await createRelay(app, parts.routes, { config, log });
  openRelay(relay, database, opened);
  const begun = await startRunners(
    {
      connectionString: directUrl,
      queues,
      tasks: relay.tasks,
      application: app.app.name,
      schedules: database.schedules,
      upkeep: config,
      services,
      events,
      log,
    },
    { pool: database.db, connectionString: databaseUrl, waitLimitMs: config.migrateTimeoutMs, signal },
  );
  const serving = late ? serveLate(begun, { ...parts, late, queues: all.filter(isLate) }) : begun;
  const processor = await readSources(serving, parts);
  opened.defer(() => processor.stop(config.shutdownTimeoutMs));
  return processor;
}
