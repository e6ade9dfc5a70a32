import { checkApp } from '../app/check-app.ts';
import type { AnyApp } from '../app/define-app.ts';
import { ConfigError, readConfig } from '../config.ts';
import { EmbeddedPostgresError } from '../db/embedded/postgres-error.ts';
import { ListenError } from '../http/server/listen-error.ts';
import { createEventHub, type EventHub } from '../observability/event-hub.ts';
import { subscribeLogger } from '../observability/log-subscriber.ts';
import type { Logger } from '../observability/logger.ts';
import { AppFileError } from '../tasks/app-file-error.ts';
import { createServiceLogger } from './create-service-logger.ts';
import { migrateOnly } from './database/migrate-only.ts';
import { routeMistakes } from './relay/route-mistakes.ts';
import { runService } from './run-service.ts';
import { StartupError } from './startup-error.ts';

const COMMANDS = ['all', 'api', 'worker', 'migrate'] as const;
const EXPECTED = [AppFileError, ConfigError, StartupError, ListenError, EmbeddedPostgresError];

/** What `howdah start|api|worker|migrate` does. What somebody must change first is told on standard error, without a stack. */
export async function runCommand(command: string, app: AnyApp): Promise<void> {
  checkApp('runApp', app);
  try {
    await run(command, app);
  } catch (error) {
    if (!isExpected(error)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}

async function run(command: string, app: AnyApp): Promise<void> {
  if (!isCommand(command)) {
    throw new StartupError(`Unknown command "${command}"; expected one of ${COMMANDS.join(', ')}`);
  }
  const role = command === 'migrate' ? 'all' : command;
  const findMore = command === 'migrate' ? undefined : await routeMistakes(app, role);
  const config = readConfig({ role, readSettings: app.readSettings, findMore });
  const log = await createServiceLogger(config);
  if (command === 'migrate') await migrateOnly(app, config, log);
  else await runService({ app, role, config, log, events: createLoggedEvents(log) });
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
