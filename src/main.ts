import { ConfigError, readConfig } from './config.ts';
import { createEventHub } from './observability/event-hub.ts';
import { subscribeLogger } from './observability/log-subscriber.ts';
import { announce } from './start/announce.ts';
import { createServiceLogger } from './start/create-service-logger.ts';
import { migrateOnly } from './start/migrate-only.ts';
import { startService } from './start/service.ts';
import type { Role, ServiceOptions } from './start/service-options.ts';
import { StartupError } from './start/startup-error.ts';
import { stopOnSignals } from './start/stop-on-signals.ts';

const COMMANDS = ['all', 'api', 'worker', 'migrate'] as const;

try {
  await main(process.argv[2] ?? 'all');
} catch (error) {
  if (!(error instanceof ConfigError || error instanceof StartupError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}

async function main(command: string): Promise<void> {
  if (!isCommand(command)) {
    throw new StartupError(`Unknown command "${command}"; expected one of ${COMMANDS.join(', ')}`);
  }
  const config = readConfig();
  const log = createServiceLogger(config);
  if (command === 'migrate') await migrateOnly(config, log);
  else await serve(command, { config, log });
}

async function serve(role: Role, { config, log }: Pick<ServiceOptions, 'config' | 'log'>) {
  const events = createEventHub();
  subscribeLogger(events, log);
  const service = await startService({ config, role, log, events });
  stopOnSignals(service, log);
  announce(service, { config, role, log });
}

function isCommand(command: string): command is (typeof COMMANDS)[number] {
  return (COMMANDS as readonly string[]).includes(command);
}
