/**
 * A worker process for tests that kill it: every job of the task `hangs` is reported on standard output and never
 * ends; the task `kills` ends the process as a crash would.
 */
import { z } from 'zod';
import { defineTask } from '../../src/jobs/define-task.ts';
import { createEventHub } from '../../src/observability/event-hub.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { bind } from '../../src/processor/bind.ts';
import { startProcessor } from '../../src/processor/processor.ts';

const connectionString = process.argv[2] ?? '';
const concurrency = Number(process.argv[3] ?? 2);
const payload = z.looseObject({});

const tasks = [
  bind(defineTask({ name: 'hangs', payload }), (_, { job }) => {
    process.stdout.write(`started ${job.id}\n`);
    return new Promise<void>(() => {});
  }),
  bind(defineTask({ name: 'kills', payload }), async () => {
    process.kill(process.pid, 'SIGKILL');
  }),
  bind(defineTask({ name: 'works', payload }), async () => {}),
];

await startProcessor({
  connectionString,
  queues: [{ name: 'default', concurrency }],
  tasks: new Map(tasks.map((task) => [task.definition.name, task])),
  services: {},
  events: createEventHub(),
  log: createLogger({ level: 'error' }),
});
process.stdout.write('ready\n');
