import { ConfigError, readConfig } from './config.ts';
import { EmbeddedPostgresError } from './db/embedded/postgres-error.ts';
import { ListenError } from './http/listen-error.ts';
import { createEventHub, type EventHub } from './observability/event-hub.ts';
import { subscribeLogger } from './observability/log-subscriber.ts';
import type { Logger } from './observability/logger.ts';
import { createServiceLogger } from './start/create-service-logger.ts';
import { migrateOnly } from './start/migrate-only.ts';
import { runService } from './start/run-service.ts';
import { StartupError } from './start/startup-error.ts';

const COMMANDS = ['all', 'api', 'worker', 'migrate'] as const;
const EXPECTED = [ConfigError, StartupError, ListenError, EmbeddedPostgresError];

try {
  await main(process.argv[2] ?? 'all');
} catch (error) {
  if (!isExpected(error)) throw error;
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
  else await runService({ role: command, config, log, events: createLoggedEvents(log) });
}

function createLoggedEvents(log: Logger): EventHub {
  const events = createEventHub();
  subscribeLogger(events, log);
  return events;
}

/** Errors that say all there is to know; any other is a fault of ours and shows where it happened. */
function isExpected(error: unknown): error is Error {
  return EXPECTED.some((type) => error instanceof type);
}

function isCommand(command: string): command is (typeof COMMANDS)[number] {
  return (COMMANDS as readonly string[]).includes(command);
}
