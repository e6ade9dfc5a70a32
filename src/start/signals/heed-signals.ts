import type { Logger } from '../../observability/logger.ts';

/** Signals this soon after the first are echoes of it: npm passes a terminal's Ctrl-C on as well. */
const ECHO_MS = 500;

/**
 * SIGTERM and SIGINT stop the worker, SIGTSTP quiets it, until disposed of. The process ends by itself when nothing else is
 * left to do; half a second after the first signal they mean again what they mean to any process.
 */
export function heedSignals(
  worker: { stop(): Promise<void>; quiet(): Promise<void> },
  log: Logger,
): Disposable {
  const done = (doing: Promise<void>) =>
    doing.catch((err: unknown) => log.error({ err }, 'stopping the worker failed'));
  const stop = (signal: NodeJS.Signals) => {
    log.info({ signal }, 'stopping');
    setTimeout(leave, ECHO_MS).unref();
    void done(worker.stop());
  };
  const quiet = (signal: NodeJS.Signals) => {
    log.info({ signal }, 'quiet: taking no more jobs');
    void done(worker.quiet());
  };
  const leave = () => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.off(signal, stop);
    process.off('SIGTSTP', quiet);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  process.on('SIGTSTP', quiet);
  return { [Symbol.dispose]: leave };
}
