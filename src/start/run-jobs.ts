import type { TaskProcessor } from '../work/processor.ts';
import { startWhenAdopted } from './await-adoption.ts';
import type { Parts } from './parts.ts';
import { serveLate } from './serve-late.ts';

export type JobParts = Pick<
  Parts,
  'app' | 'services' | 'config' | 'events' | 'log' | 'databaseUrl' | 'directUrl' | 'database' | 'late'
>;

/** A processor for the configured queues (`startWhenAdopted`, `serveLate`); it is the first part to stop. */
export async function runJobs(parts: JobParts, opened: AsyncDisposableStack): Promise<TaskProcessor> {
  const { app, services, config, events, log, directUrl, database, late } = parts;
  const isLate = ({ name }: { name: string }) => late?.names.includes(name) === true;
  const begun = await startWhenAdopted(
    {
      connectionString: directUrl,
      queues: config.queues.filter((queue) => !isLate(queue)),
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
