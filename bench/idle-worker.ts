// A worker process with nothing to do: it serves its queues for some seconds and stops. Its application has one task that
// loads nothing, or is the default export of the module that is named.
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { loadConfig } from '../src/config.ts';
import { defineApp, defineTask } from '../src/index.ts';
import { createEventHub } from '../src/observability/event-hub.ts';
import { createLogger } from '../src/observability/logger.ts';
import { startService } from '../src/start/service.ts';
import { bind } from '../src/tasks/bind.ts';

const IDLE_MS = 3_000;
/** Nothing is kept on disk, and no mail server is made. */
const SETTINGS = {
  PORT: '0',
  HEALTH_PORT: '0',
  ADMIN_TOKEN: 'the-operator-of-the-bench-and-nobody-else',
  VIEWER_TOKEN: 'the-readers-of-the-bench-and-nobody-else',
  SECRET_KEY: 'the-secret-key-of-the-bench-and-of-no-other',
  PUBLIC_URL: 'http://127.0.0.1:9',
  SMTP_URL: 'smtp://127.0.0.1:9',
};

const app = await findApp(process.argv[2]);
const service = await startService({
  app,
  config: loadConfig({ ...process.env, ...SETTINGS }, { role: 'worker', readSettings: app.readSettings }),
  role: 'worker',
  log: createLogger({ level: 'warn' }),
  events: createEventHub(),
});
await delay(IDLE_MS);
await service.stop();

async function findApp(path: string | undefined) {
  if (path !== undefined) return (await import(new URL(path, `file://${process.cwd()}/`).href)).default;
  const rest = defineTask({ name: 'rest', payload: z.object({}) });
  return defineApp({ name: 'bench', tasks: [bind(rest, async () => {})] });
}
