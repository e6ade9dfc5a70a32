import { checkApp } from '../app/check-app.ts';
import { type OptionKinds, refuseOptionMistakes } from '../config/mistakes/option-mistakes.ts';
import { loadConfig, readConfig } from '../config.ts';
import { createEventHub } from '../observability/event-hub.ts';
import { withSafeErrors } from '../observability/safe-errors.ts';
import { createServiceLogger } from './create-service-logger.ts';
import { routeMistakes } from './relay/route-mistakes.ts';
import { type Service, startService } from './service.ts';
import type { StartOptions } from './start-app.ts';

const OPTIONS: OptionKinds<StartOptions> = { app: 'any', env: 'object', events: 'events', log: 'logger' };

/** `startApp`, with all that it takes. */
export async function startByProgram(options: StartOptions): Promise<Service> {
  refuseOptionMistakes('startApp', options, OPTIONS);
  checkApp('startApp', options.app);
  const { app, env, events = createEventHub(), log: ownLog } = options;
  const { readSettings } = app;
  const reading = { readSettings, findMore: await routeMistakes(app, 'all') };
  const config = env ? loadConfig(env, reading) : readConfig(reading);
  const log = ownLog ? withSafeErrors(ownLog) : await createServiceLogger(config);
  return startService({ app, config, role: 'all', log, events });
}
