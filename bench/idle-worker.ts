// A worker of the queue by itself, with one task and nothing to do: it serves a queue for some seconds and stops.
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { createEventHub } from '../src/observability/event-hub.ts';
import { createLogger } from '../src/observability/logger.ts';
import { bind } from '../src/tasks/bind.ts';
import { defineTask } from '../src/tasks/define-task.ts';
import { startProcessor } from '../src/work/processor.ts';

const IDLE_MS = 3_000;

const connectionString = process.env['DATABASE_URL'] ?? '';
const rest = bind(defineTask({ name: 'rest', payload: z.object({}) }), async () => {});

const processor = await startProcessor({
  connectionString,
  queues: [{ name: 'default', concurrency: 10 }],
  tasks: new Map([['rest', rest]]),
  services: {},
  events: createEventHub(),
  log: createLogger({ level: 'warn' }),
});
await delay(IDLE_MS);
await processor.stop(1_000);
