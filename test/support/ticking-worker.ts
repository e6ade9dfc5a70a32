/**
 * A worker process whose one task `ticks` does nothing, for tests of schedules. Says `ready <its clock>`. Arguments:
 * connection string, crontab.
 */
import { z } from 'zod';
import { createCatalogue } from '../../src/jobs/catalogue.ts';
import { defineTask } from '../../src/jobs/define-task.ts';
import { createEventHub } from '../../src/observability/event-hub.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { bind } from '../../src/processor/bind.ts';
import { startProcessor } from '../../src/processor/processor.ts';
import { parseSchedules } from '../../src/processor/schedules/crontab.ts';

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
