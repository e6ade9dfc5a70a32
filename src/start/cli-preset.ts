/// <reference types="graphile-worker" preserve="true" />
import { WorkerPreset } from 'graphile-worker';
import { checkApp } from '../app/check-app.ts';
import type { AnyApp } from '../app/define-app.ts';
import { type LoadedApp, loadTasks } from '../app/load-tasks.ts';
import { type Config, ConfigError, readConfig } from '../config.ts';
import { type DatabaseHandle, openDatabase } from '../db/connections/open-database.ts';
import { EXACT_TYPES } from '../db/read-plainly.ts';
import { createEventHub } from '../observability/event-hub.ts';
import { subscribeLogger } from '../observability/log-subscriber.ts';
import type { Logger } from '../observability/logger.ts';
import type { Relay } from '../relay/routes/relay.ts';
import { createEngineLogger } from '../work/engine/engine-logger.ts';
import { ENGINE_SETTINGS } from '../work/engine/engine-settings.ts';
import { createRunnerIdentity, type RunnerIdentity } from '../work/fleet/runner-identity.ts';
import { CLI_TASKS, createEnginePlugin } from '../work/guest/engine-plugin.ts';
import type { Schedule } from '../work/schedules/crontab.ts';
import { asyncStack } from './async-stack.ts';
import { NO_CRONTAB, prepareCli } from './cli-settings.ts';
import { createServiceLogger } from './create-service-logger.ts';
import { openApplicationDatabase } from './database/application-database.ts';
import { openServer, type ServerAddresses } from './database/open-server.ts';
import { prepareDatabase } from './database/prepare-database.ts';
import { openServices } from './open-services.ts';
import { createRelay, openRelay } from './relay/create-relay.ts';
import { planRelay } from './relay/plan-relay.ts';
import { routeMistakes } from './relay/route-mistakes.ts';
import { StartupError } from './startup-error.ts';
import { watchStrayErrors } from './watch-stray-errors.ts';

/** What a stop may take beyond the time that running jobs are given. */
const EXIT_MARGIN_MS = 10_000;

/** A runner that was lost gets this long to let its handlers see their signal and to write its last lines. */
const LAST_WORDS_MS = 1_000;

/**
 * As in our own runners. Only so does the CLI, when it ends, wait for the last completions and failures, and take one
 * that the database refuses for more than a promise left behind.
 */
const BATCH_DELAY_MS = 2;

/**
 * What `graphile.config.ts` exports: with it, `npx graphile-worker --schema graphile_worker_critical --jobs 10` runs the
 * queue `critical` with the application's tasks, configuration, schedules and logs, as a runner of the fleet. What somebody
 * must change first is told on standard error, without a stack, and ends the process.
 */
export async function createCliPreset(app: AnyApp): Promise<GraphileConfig.Preset> {
  checkApp('createCliPreset', app);
  try {
    const findMore = await routeMistakes(app, 'worker');
    const config = readConfig({ role: 'worker', readSettings: app.readSettings, findMore });
    return await createPreset(await loadTasks(app), config, await createServiceLogger(config));
  } catch (error) {
    if (!(error instanceof ConfigError || error instanceof StartupError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return process.exit(1);
  }
}

async function createPreset(app: LoadedApp, config: Config, log: Logger): Promise<GraphileConfig.Preset> {
  const relay = await createRelay(app, planRelay(app, config), { config, log });
  const { databaseUrl, directUrl, queues, schedules } = await prepare(app, config, log);
  const identity = createRunnerIdentity();
  const opened = asyncStack();
  let isEnding = false;
  return {
    extends: [WorkerPreset],
    plugins: [
      createEnginePlugin<unknown>({
        connectionString: directUrl,
        identity,
        tasks: relay.tasks,
        application: app.app.name,
        openDatabase: (maxConnections) => openForEngine({ directUrl, identity, log }, maxConnections),
        schedules,
        upkeep: config,
        prepare: (settings, schema) =>
          prepareCli(settings, {
            schema,
            queues,
            leasedQueues: app.leasedQueues,
            connectionString: directUrl,
          }),
        open: () => openEnvironment({ app, relay }, config, { databaseUrl, log, opened }),
        onLeaving() {
          isEnding = true;
        },
        onEnd: () => opened.disposeAsync(),
        onLost: (reason) => giveUp(reason, log),
        onFatalError() {
          process.exitCode = 1;
        },
      }),
    ],
    worker: {
      connectionString: directUrl,
      crontabFile: NO_CRONTAB,
      taskDirectory: CLI_TASKS,
      logger: createEngineLogger(log, () => isEnding),
      gracefulShutdownAbortTimeout: config.shutdownTimeoutMs,
      completeJobBatchDelay: BATCH_DELAY_MS,
      failJobBatchDelay: BATCH_DELAY_MS,
    },
  };
}

/** The database at this version. Leaves nothing open: some of the CLI's commands never run a job. */
async function prepare(
  app: LoadedApp,
  config: Config,
  log: Logger,
): Promise<ServerAddresses & { queues: string[]; schedules: readonly Schedule[] }> {
  await using opened = asyncStack();
  const addresses = await openServer(config, opened);
  const { databaseUrl, directUrl } = addresses;
  const { migrateTimeoutMs: waitLimitMs } = config;
  await prepareDatabase(config, app, { connectionString: directUrl, log });
  const announcing = { connectionString: databaseUrl, log, waitLimitMs };
  const { db, schedules } = await openApplicationDatabase(app, announcing, opened);
  const { rows } = await db.query<{ name: string }>(
    'select name from howdah.queue_registry where removed_at is null order by name',
  );
  return { ...addresses, queues: rows.map(({ name }) => name), schedules };
}

/** Commands that only tend to the schema have no runner, and so must not be taken for one that left. */
function runsJobs(): boolean {
  return !process.argv.some((argument) => /^--(cleanup|schema-only)\b/.test(argument));
}

/**
 * The CLI's connections are a runner's from their first statement on, so what those are known by has to be in their
 * parameters: the secret as a setting, and the name, which is how they are found as nothing records them
 * (src/db/sql/run/session_pool.sql).
 */
function openForEngine(
  { directUrl, identity, log }: { directUrl: string; identity: RunnerIdentity; log: Logger },
  maxConnections: number,
): DatabaseHandle {
  const { token, secret } = identity;
  const named = runsJobs()
    ? { applicationName: `howdah:${token}`, settings: { ...ENGINE_SETTINGS, 'howdah.runner': secret } }
    : { applicationName: 'howdah cli' };
  return openDatabase({
    connectionString: directUrl,
    ...named,
    maxConnections,
    allowExitOnIdle: true,
    types: EXACT_TYPES,
    onConnectionError: (err) => log.warn({ err }, 'connection of the engine lost'),
  });
}

async function openEnvironment(
  { app, relay }: { app: LoadedApp; relay: Relay<unknown> },
  config: Config,
  { databaseUrl, log, opened }: { databaseUrl: string; log: Logger; opened: AsyncDisposableStack },
) {
  const events = createEventHub();
  subscribeLogger(events, log);
  watchStrayErrors({
    service: { stop: endByItself },
    events,
    log,
    stopLimitMs: config.shutdownTimeoutMs + EXIT_MARGIN_MS,
  });
  const announcing = { connectionString: databaseUrl, log, waitLimitMs: config.migrateTimeoutMs };
  const database = await openApplicationDatabase(app, announcing, opened);
  openRelay(relay, database, opened);
  const url = () => app.app.publicUrl?.(config.settings) ?? '';
  const services = await openServices(
    app,
    { config, role: 'worker', log, connectionString: databaseUrl, database, url },
    opened,
  );
  return { services, events, log };
}

/** The CLI stops in order when it is told to, and ends the process by itself. */
function endByItself(): Promise<never> {
  process.kill(process.pid, 'SIGTERM');
  return new Promise(() => {});
}

/** Its pool cannot be replaced within the CLI, and its connections may hang: whoever supervises it starts another. */
function giveUp(reason: unknown, log: Logger): void {
  const fields = reason instanceof Error ? { err: reason } : { because: reason };
  log.error(fields, 'this worker lost its place in the fleet and ends; its jobs go to others');
  setTimeout(() => process.exit(1), LAST_WORDS_MS);
}
