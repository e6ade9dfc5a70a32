/**
 * A worker process whose tasks leave errors behind, watched as the service's own process is. Writes each stray error
 * as a line of JSON.
 */
import { z } from 'zod';
import { createEventHub } from '../../src/observability/event-hub.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { watchStrayErrors } from '../../src/start/watch-stray-errors.ts';
import { bind } from '../../src/tasks/bind.ts';
import { defineTask } from '../../src/tasks/define-task.ts';
import { startProcessor } from '../../src/work/processor.ts';

const [connectionString = ''] = process.argv.slice(2);
const payload = z.looseObject({});

const tasks = [
  bind(defineTask({ name: 'leaves_promise', payload }), async () => {
    void Promise.reject(new Error('left behind'));
    await new Promise((resolve) => setImmediate(resolve));
  }),
  bind(defineTask({ name: 'throws_in_timer', payload }), () => {
    setTimeout(() => {
      throw new Error('from a timer');
    });
    return new Promise(() => {});
  }),
  bind(defineTask({ name: 'hangs', payload }), () => new Promise(() => {})),
];

const events = createEventHub();
const log = createLogger({ level: 'silent' });
events.on('job.stray_error', ({ run, isRunning, origin, error }) => {
  const line = { jobId: run?.jobId, isRunning, origin, message: error.message };
  process.stdout.write(`${JSON.stringify(line)}\n`);
});
const processor = await startProcessor({
  connectionString,
  queues: [{ name: 'default', concurrency: 2 }],
  tasks: new Map(tasks.map((task) => [task.definition.name, task])),
  services: {},
  events,
  log,
});
watchStrayErrors({ service: { stop: () => processor.stop(100) }, events, log, stopLimitMs: 20_000 });
