import type { Logger } from '../../observability/logger.ts';
import { stopEndingEarly } from './end-early.ts';

/**
 * Signals this soon after the first are echoes of it: npm passes a terminal's Ctrl-C on to a process that has
 * already received it from the terminal.
 */
const ECHO_MS = 500;

/** The first SIGTERM or SIGINT stops the service and exits with 0; a second one exits at once with 1. */
export function stopOnSignals(service: { stop(): Promise<void> }, log: Logger): void {
  let firstAt: number | undefined;
  const onSignal = (signal: NodeJS.Signals) => {
    if (firstAt === undefined) {
      firstAt = Date.now();
      void stop(service, signal, log);
    } else if (Date.now() - firstAt > ECHO_MS) {
      log.warn({ signal }, 'second signal, exiting at once');
      process.exit(1);
    }
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  stopEndingEarly();
}

async function stop(service: { stop(): Promise<void> }, signal: NodeJS.Signals, log: Logger): Promise<void> {
  log.info({ signal }, 'stopping');
  try {
    await service.stop();
    log.info('stopped');
    process.exit(0);
  } catch (err) {
    log.error({ err }, 'stopping failed');
    process.exit(1);
  }
}
