import { loadConfig, readConfig } from '../config.ts';
import { createEventHub } from '../observability/event-hub.ts';
import { withSafeErrors } from '../observability/safe-errors.ts';
import { createServiceLogger } from './create-service-logger.ts';
import { routeMistakes } from './relay/route-mistakes.ts';
import { type Service, startService } from './service.ts';
import type { StartOptions } from './start-app.ts';

/** `startApp`, with all that it takes. */
export async function startByProgram({
  app,
  env,
  events = createEventHub(),
  log: ownLog,
}: StartOptions): Promise<Service> {
  const { readSettings } = app;
  const reading = { readSettings, findMore: await routeMistakes(app, 'all') };
  const config = env ? loadConfig(env, reading) : readConfig(reading);
  const log = ownLog ? withSafeErrors(ownLog) : await createServiceLogger(config);
  return startService({ app, config, role: 'all', log, events });
}
