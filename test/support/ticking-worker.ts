/**
 * A worker process whose one task `ticks` does nothing, for tests of schedules. Says `ready <its clock>`. Arguments:
 * connection string, crontab.
 */
import { z } from 'zod';
import { createEventHub } from '../../src/observability/event-hub.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { bind } from '../../src/tasks/bind.ts';
import { createCatalogue } from '../../src/tasks/catalogue.ts';
import { defineTask } from '../../src/tasks/define-task.ts';
import { startProcessor } from '../../src/work/processor.ts';
import { parseSchedules } from '../../src/work/schedules/crontab.ts';

const [connectionString = '', crontab = ''] = process.argv.slice(2);
const ticks = defineTask<unknown>({ name: 'ticks', payload: z.looseObject({}) });

await startProcessor({
  connectionString,
  queues: [{ name: 'default', concurrency: 2 }],
  tasks: new Map([[ticks.name, bind(ticks, async () => {})]]),
  schedules: parseSchedules(crontab, { catalogue: createCatalogue([ticks]), queues: ['default'] }),
  services: {},
  events: createEventHub(),
  log: createLogger({ level: 'error' }),
});
process.stdout.write(`ready ${new Date().toISOString()}\n`);
