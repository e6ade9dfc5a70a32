import type { Logger } from '../observability/logger.ts';
import { introduceService } from './introduce-service.ts';
import { type Service, startService } from './service.ts';
import type { ServiceOptions } from './service-options.ts';
import { quietOnSignal } from './signals/quiet-on-signal.ts';
import { stopOnSignals } from './signals/stop-on-signals.ts';
import { watchStrayErrors } from './watch-stray-errors.ts';

/** What a stop may take beyond the time that running jobs are given. */
const EXIT_MARGIN_MS = 10_000;

/**
 * Starts a service that SIGTERM or SIGINT stops, also while it is still starting, and that SIGTSTP makes take no more
 * jobs.
 *
 * @throws what kept it from starting
 */
export async function runService(options: Omit<ServiceOptions, 'signal'>): Promise<void> {
  const ending = new AbortController();
  const starting = startService({ ...options, signal: ending.signal, onStep: stepTeller(options) });
  const ended = { stop: () => stop(starting, ending, options.log) };
  stopOnSignals(ended, options.log);
  const { shutdownTimeoutMs, shutdownDelayMs } = options.config;
  const stopLimitMs = Math.max(shutdownTimeoutMs, shutdownDelayMs) + EXIT_MARGIN_MS;
  watchStrayErrors({ service: ended, events: options.events, log: options.log, stopLimitMs });
  try {
    const service = await starting;
    if (ending.signal.aborted) return;
    if (options.role !== 'api') quietOnSignal(service, options.log);
    introduceService(service, options);
  } catch (error) {
    if (!ending.signal.aborted) throw error;
  }
}

/** A start that is ended closes by itself what it had opened. */
async function stop(starting: Promise<Service>, ending: AbortController, log: Logger): Promise<void> {
  ending.abort();
  const service = await starting.catch((err: unknown) => log.debug({ err }, 'the start was ended'));
  await service?.stop();
}

/** Whoever waits is to know for what: making a database from nothing takes a slow machine half a minute. */
function stepTeller({ config, log }: Pick<ServiceOptions, 'config' | 'log'>): (step: string) => void {
  if (config.environment === 'production') return (step) => log.info({ step }, 'starting');
  return (step) => void process.stdout.write(`Howdah starts: ${step} …\n`);
}
