import type { SqlClient } from '../db/sql-client.ts';
import { announceVersions } from '../distributor/announce-tasks.ts';
import type { Catalogue } from '../jobs/catalogue.ts';
import type { Logger } from '../observability/logger.ts';

/** Versions count as around for an hour; a few of these may fail in a row. */
const ANNOUNCE_MS = 5 * 60_000;

/**
 * Says every five minutes that this process still has its versions of its tasks, so that what it enqueues is waited for,
 * until disposed of. Does not keep the process alive. A failure is logged, and the next time tries again.
 */
export function keepAnnouncing(
  client: SqlClient,
  catalogue: Catalogue,
  { log, everyMs = ANNOUNCE_MS }: { log: Logger; everyMs?: number },
): Disposable {
  let isAnnouncing = false;
  const announce = async () => {
    if (isAnnouncing) return;
    isAnnouncing = true;
    await announceVersions(client, catalogue).catch((err: unknown) =>
      log.warn({ err }, 'could not announce the versions of tasks'),
    );
    isAnnouncing = false;
  };
  const timer = setInterval(() => void announce(), everyMs).unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
