import type { TaskProcessor } from '../work/processor.ts';
import { startWhenAdopted } from './await-adoption.ts';
import { awaitRegister } from './await-register.ts';
import type { Parts } from './parts.ts';
import { serveLate } from './serve-late.ts';

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
  | 'signal'
>;

/**
 * A processor for the configured queues (`startWhenAdopted`, `serveLate`); it is the first part to stop.
 *
 * @throws {StartupError} when somebody's locks kept its runners from being registered for too long
 * @throws the reason of `signal` when it fired meanwhile
 */
export async function runJobs(parts: JobParts, opened: AsyncDisposableStack): Promise<TaskProcessor> {
  const { app, services, config, events, log, databaseUrl, directUrl, database, late, signal } = parts;
  const isLate = ({ name }: { name: string }) => late?.names.includes(name) === true;
  const queues = config.queues.filter((queue) => !isLate(queue));
  await awaitRegister(database.db, {
    ...{ connectionString: databaseUrl, waitLimitMs: config.migrateTimeoutMs, signal },
    ...{ queues, tasks: [...app.tasks.keys()] },
    onWait: (message) => log.warn(message),
  });
  signal?.throwIfAborted();
  const begun = await startWhenAdopted(
    {
      connectionString: directUrl,
      queues,
      tasks: app.tasks,
      application: app.app.name,
      schedules: database.schedules,
      upkeep: config,
      services,
      events,
      log,
    },
    database.db,
  );
  const processor = late ? serveLate(begun, { ...parts, late, queues: config.queues.filter(isLate) }) : begun;
  opened.defer(() => processor.stop(config.shutdownTimeoutMs));
  return processor;
}
