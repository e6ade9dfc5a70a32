import { toBankDatabase } from '../bank/database.ts';
import type { Services } from '../bank/services.ts';
import { catalogue } from '../tasks/catalogue.ts';
import { loadTasks } from '../tasks/load-tasks.ts';
import type { Processor } from '../work/processor.ts';
import { startWhenAdopted } from './await-adoption.ts';
import type { Parts } from './parts.ts';
import { serveLate } from './serve-late.ts';

/** The folder whose files are the tasks; the stock CLI loads it too. */
export const TASKS_FOLDER = new URL('../bank/tasks/', import.meta.url);

/** A processor for the configured queues (`startWhenAdopted`, `serveLate`); it is the first part to stop. */
export async function runJobs(
  parts: Parts,
  { mailer, publicUrl }: Pick<Services, 'mailer' | 'publicUrl'>,
  opened: AsyncDisposableStack,
): Promise<Processor> {
  const { config, events, log, secrets, directUrl, database, late } = parts;
  const services: Services = {
    db: toBankDatabase(database.pool),
    mailer,
    secretKey: secrets.secretKey,
    publicUrl,
  };
  const isLate = ({ name }: { name: string }) => late?.names.includes(name) === true;
  const begun = await startWhenAdopted(
    {
      connectionString: directUrl,
      queues: config.queues.filter((queue) => !isLate(queue)),
      tasks: await loadTasks<Services>(TASKS_FOLDER, catalogue),
      schedules: database.schedules,
      upkeep: config,
      services,
      events,
      log,
    },
    database.pool,
  );
  const processor = late ? serveLate(begun, { ...parts, late, queues: config.queues.filter(isLate) }) : begun;
  opened.defer(() => processor.stop(config.shutdownTimeoutMs));
  return processor;
}
