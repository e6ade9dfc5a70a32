import { loadConfig, readConfig } from '../config.ts';
import { createEventHub } from '../observability/event-hub.ts';
import { createServiceLogger } from './create-service-logger.ts';
import { type Service, startService } from './service.ts';
import type { StartOptions } from './start-app.ts';

/** `startApp`, with all that it takes. */
export async function startByProgram({
  app,
  env,
  events = createEventHub(),
  log,
}: StartOptions): Promise<Service> {
  const { readSettings } = app;
  const config = env ? loadConfig(env, { readSettings }) : readConfig({ readSettings });
  return startService({ app, config, role: 'all', log: log ?? (await createServiceLogger(config)), events });
}
