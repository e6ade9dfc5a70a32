import type { Logger } from '../../observability/logger.ts';

/** SIGTSTP, as for asynq: running jobs finish, no further one is taken; the process stays until SIGTERM. */
export function quietOnSignal(service: { quiet(): Promise<void> }, log: Logger): void {
  process.once('SIGTSTP', (signal) => {
    log.info({ signal }, 'quiet: taking no more jobs');
    service.quiet().then(
      () => log.info('quiet: no job is running'),
      (err: unknown) => log.error({ err }, 'becoming quiet failed'),
    );
    process.on('SIGTSTP', () => {});
  });
}
