import { checkApp } from '../app/check-app.ts';
import type { AnyApp } from '../app/define-app.ts';
import { loadTasks } from '../app/load-tasks.ts';
import { type OptionKinds, refuseOptionMistakes } from '../config/mistakes/option-mistakes.ts';
import type { Config } from '../config.ts';
import { checkEventName, checkListener } from '../observability/check-listener.ts';
import { createEventHub, type EventHub } from '../observability/event-hub.ts';
import { subscribeLogger } from '../observability/log-subscriber.ts';
import { createLogger, type Logger } from '../observability/logger.ts';
import { withSafeErrors } from '../observability/safe-errors.ts';
import { asyncStack } from './async-stack.ts';
import { openCheckDatabase } from './database/application-database.ts';
import { checkProgramAddresses } from './database/check-program-addresses.ts';
import { checkParts } from './http/check-parts.ts';
import { type JobParts, runJobs } from './jobs/run-jobs.ts';
import { type OpenApplication, openApplication } from './open-application.ts';
import { openServices } from './open-services.ts';
import type { Parts } from './parts.ts';
import { readProgramOptions, WORKER_OPTIONS } from './read-program-options.ts';
import { planRelay } from './relay/plan-relay.ts';
import { routeMistakes } from './relay/route-mistakes.ts';
import { heedSignals } from './signals/heed-signals.ts';
import { tellingFirst } from './telling-first.ts';
import type { RunningWorker, WorkerOptions } from './worker-options.ts';

type Options = WorkerOptions<unknown>;

/** What `startWorker` does, once it is loaded. */
export async function runWorker<Services, Settings>(
  options: WorkerOptions<Services, Settings>,
): Promise<RunningWorker> {
  const given = options as unknown as Options;
  checkApp('startWorker', given?.app);
  const config = await readConfig(given);
  const log = given.log ? withSafeErrors(given.log) : createLogger({ level: 'silent' });
  return tellingFirst(() => openWorker(given, { config, log }), log);
}

async function openWorker(
  given: Options,
  { config, log }: { config: Config; log: Logger },
): Promise<RunningWorker> {
  const { events = createEventHub(), signal } = given;
  if (given.log) subscribeLogger(events, log);
  await using opened = asyncStack();
  const app = await loadTasks(given.app);
  const routes = planRelay(app, config);
  const addresses = await checkProgramAddresses(given, config);
  const starting = { config, role: 'worker', log, ...(signal ? { signal } : {}) } as const;
  const application = await openApplication(app, starting, { addresses, opened });
  const services = await toServices(given, { ...application, config, log }, opened);
  signal?.throwIfAborted();
  const schedules = given.schedules === false ? [] : application.database.schedules;
  const database = { ...application.database, schedules };
  const own = { config, events, log, services, routes };
  const parts: WorkerParts = { ...application, ...own, database, role: 'worker' };
  if (signal) parts.signal = signal;
  parts.processor = await runJobs(parts, opened);
  return toWorker(parts, { handleSignals: given.handleSignals === true, opened: opened.move() });
}

type WorkerParts = JobParts & Pick<Parts, 'role' | 'processor' | 'ending'>;

/** Whoever gives the services has read what they need. */
async function readConfig(given: Options): Promise<Config> {
  const { app, services } = given;
  const readSettings = services === undefined ? app.readSettings : undefined;
  const reading = { readSettings, findMore: await routeMistakes(app, 'worker') };
  return readProgramOptions(given, WORKER_OPTIONS, reading);
}

function toServices(
  { services }: Options,
  { app, config, log, databaseUrl, database }: OpenApplication & { config: Config; log: Logger },
  opened: AsyncDisposableStack,
): Promise<unknown> | unknown {
  if (services !== undefined) return services;
  const url = () => (app.app as AnyApp).publicUrl?.(config.settings) ?? '';
  const surroundings = { config, role: 'worker', log, connectionString: databaseUrl, database, url } as const;
  return openServices(app, surroundings, opened);
}

function toWorker(
  parts: WorkerParts & { processor?: Parts['processor'] },
  { handleSignals, opened }: { handleSignals: boolean; opened: AsyncDisposableStack },
): RunningWorker {
  const { processor, config, events, log } = parts;
  if (!processor) throw new Error('runJobs returns a processor');
  const { db } = openCheckDatabase(parts, opened);
  let stopping: Promise<void> | undefined;
  const stop = async (options: StopOptions = {}) => {
    checkStop(options);
    const { timeoutMs = config.shutdownTimeoutMs } = options;
    parts.ending = 'stopping';
    stopping ??= processor.stop(timeoutMs).finally(() => opened.disposeAsync());
    return stopping;
  };
  const worker: RunningWorker = {
    processor,
    on: (name, listener) => listen(events, log, { name, listener: listener as Listener }),
    ready: () => checkParts(parts, db),
    async quiet() {
      parts.ending ??= 'quiet';
      await processor.quiet();
    },
    stop,
    [Symbol.asyncDispose]: () => stop(),
  };
  if (handleSignals) opened.use(heedSignals(worker, log));
  return worker;
}

type StopOptions = NonNullable<Parameters<RunningWorker['stop']>[0]>;

const STOP: OptionKinds<StopOptions> = {
  timeoutMs: (value) => (typeof value === 'number' && !Number.isNaN(value) ? undefined : 'milliseconds'),
};

/** As a listener of the process's signals it is called with the name of one, and is to stop all the same. */
function checkStop(options: StopOptions): void {
  if (typeof options === 'object') refuseOptionMistakes('stop', options, STOP);
}

type Listener = (...event: unknown[]) => void;

/** An event is emitted in the middle of a run, which must not fail with somebody's listener. */
function listen(
  events: EventHub,
  log: Logger,
  { name, listener }: { name: string; listener: Listener },
): () => void {
  checkEventName('on', name);
  checkListener('on', name, listener);
  const guarded = (...event: unknown[]) => {
    try {
      listener(...event);
    } catch (err) {
      log.error({ err, event: name }, 'a listener failed');
    }
  };
  const hub = events as unknown as NodeJS.EventEmitter;
  hub.on(name, guarded);
  return () => hub.off(name, guarded);
}
