/**
 * A worker process of one release of a service: it announces its version of the task `greets` as every start does, says
 * `ready`, and for each run `greeted <id>`. Arguments: connection string, release (greeting-versions.ts).
 */
import { openDatabase } from '../../src/db/connections/open-database.ts';
import { announceTasks } from '../../src/enqueue/announce-tasks.ts';
import { createEventHub } from '../../src/observability/event-hub.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { bind } from '../../src/tasks/bind.ts';
import { createCatalogue } from '../../src/tasks/catalogue.ts';
import type { TaskDefinition } from '../../src/tasks/define-task.ts';
import { startProcessor } from '../../src/work/processor.ts';
import { GREETINGS, type Release } from './greeting-versions.ts';

const [connectionString = '', release = ''] = process.argv.slice(2);
const task = GREETINGS[release as Release] as TaskDefinition;
const { db } = openDatabase({ connectionString, applicationName: 'howdah', maxConnections: 2 });
await announceTasks(db, createCatalogue([task]));

const processor = await startProcessor({
  connectionString,
  queues: ['critical', 'default'].map((name) => ({ name, concurrency: 2 })),
  tasks: new Map([
    [
      task.name,
      bind(task, async (_, { job }) => {
        process.stdout.write(`greeted ${job.id}\n`);
      }),
    ],
  ]),
  services: {},
  events: createEventHub(),
  log: createLogger({ level: 'error' }),
});
process.once('SIGTERM', async () => {
  await processor.stop(20_000);
  process.exit();
});
process.stdout.write('ready\n');
