import type { Logger } from '../../observability/logger.ts';

/** What was announced counts as around for an hour; a few of these may fail in a row. */
const ANNOUNCE_MS = 5 * 60_000;

/**
 * Says every five minutes what this process has, its versions of tasks and its crontab, so that it counts as around, until
 * disposed of. Does not keep the process alive. A failure is logged, and the next time tries again.
 */
export function keepAnnouncing(
  announce: () => Promise<void>,
  { log, everyMs = ANNOUNCE_MS }: { log: Logger; everyMs?: number },
): Disposable {
  let isAnnouncing = false;
  const announceOnce = async () => {
    if (isAnnouncing) return;
    isAnnouncing = true;
    await announce().catch((err: unknown) =>
      log.warn({ err }, 'could not announce the versions of tasks and the crontab'),
    );
    isAnnouncing = false;
  };
  const timer = setInterval(() => void announceOnce(), everyMs).unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
