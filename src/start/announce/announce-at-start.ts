import type { Pool } from 'pg';
import type { LoadedApp } from '../../app/load-tasks.ts';
import { LockWaitError } from '../../db/locks/lock-wait.ts';
import { type UnblockedOptions, untilUnblocked } from '../../db/locks/until-unblocked.ts';
import type { LateQueues } from '../../db/migration/migrate.ts';
import { announceRedaction, isRedactionKnown } from '../../enqueue/announce-redaction.ts';
import { announceTasks, announceVersions, areVersionsAround } from '../../enqueue/announce-tasks.ts';
import type { Logger } from '../../observability/logger.ts';
import { announceSchedules, isCrontabAround } from '../../work/schedules/announce-schedules.ts';
import type { Schedule } from '../../work/schedules/crontab.ts';
import { explainStart } from '../explain-start.ts';
import { StartupError } from '../startup-error.ts';
import { loadSchedules } from './load-schedules.ts';

/** What a start waits for others' locks where the database knows already what it has to say. */
const GO_ON_AFTER_MS = 2_000;

/** What one who said it before waits; the next time is soon enough. */
const AGAIN_LIMIT_MS = 10_000;

const TASKS = 'announce the versions of tasks';
const CRONTAB = 'announce the crontab';

export interface AnnounceOptions {
  connectionString: string;
  log: Logger;
  /** Most that a step may wait for locks of others, in milliseconds. */
  waitLimitMs: number;
  /** Queues that are about to be made. */
  late?: LateQueues | undefined;
  /** Ends the wait. @default nothing does */
  signal?: AbortSignal | undefined;
}

type Step = Parameters<typeof untilUnblocked<void>>[2];

/**
 * Tells the database which tasks and schedules this process has, as often as somebody's locks are in the way; for whom it
 * waits is in the log. Where the database knows them already, as from others of this version, it goes on without after 2 s.
 *
 * @returns the schedules
 * @throws {StartupError} when somebody held a lock for too long; for a crontab with mistakes; when a task or a schedule is
 *   another application's, which keeps it
 */
export async function announceAtStart(
  pool: Pool,
  app: LoadedApp,
  options: AnnounceOptions,
): Promise<Schedule[]> {
  const { catalogue } = app;
  const { name, redact = [] } = app.app;
  const redaction = { application: name, fields: redact };
  try {
    await announceOrGoOn(pool, {
      ...options,
      purpose: TASKS,
      async announce(client) {
        await announceTasks(client, catalogue, name);
        await announceRedaction(client, redaction);
      },
      isKnown: async (client) =>
        (await areVersionsAround(client, catalogue, name)) && (await isRedactionKnown(client, redaction)),
    });
    const wait = toWait(options, 'read the queues');
    const schedules = await untilUnblocked(pool, wait, (client) =>
      loadSchedules(app, client, options.late?.names),
    );
    await announceOrGoOn(pool, {
      ...options,
      purpose: CRONTAB,
      announce: (client) => announceSchedules(client, schedules, name),
      isKnown: (client) => isCrontabAround(client, schedules, name),
    });
    return schedules;
  } catch (error) {
    throw error instanceof LockWaitError
      ? new StartupError(error.message)
      : explainStart(error, 'announce the tasks and schedules');
  }
}

/** The same again, from a process that had its start. @throws {LockWaitError} when somebody's locks are in the way for 10 s */
export async function announceAgain(
  pool: Pool,
  { app: { name }, catalogue }: LoadedApp,
  { schedules, ...options }: AnnounceOptions & { schedules: readonly Schedule[] },
): Promise<void> {
  const limited = { ...options, waitLimitMs: AGAIN_LIMIT_MS };
  await untilUnblocked(pool, toWait(limited, TASKS), (client) => announceVersions(client, catalogue, name));
  await untilUnblocked(pool, toWait(limited, CRONTAB), (client) =>
    announceSchedules(client, schedules, name),
  );
}

interface Announcement extends AnnounceOptions {
  purpose: string;
  announce: Step;
  isKnown: (client: Parameters<Step>[0]) => Promise<boolean>;
}

async function announceOrGoOn(pool: Pool, options: Announcement): Promise<void> {
  const { purpose, announce, isKnown, waitLimitMs, log } = options;
  const soon = { ...options, waitLimitMs: Math.min(GO_ON_AFTER_MS, waitLimitMs) };
  try {
    return await untilUnblocked(pool, toWait(soon, purpose), announce);
  } catch (error) {
    if (!(error instanceof LockWaitError)) throw error;
    const short = { ...toWait(soon, purpose), waitLimitMs: 0, onWait: () => {} };
    if (await untilUnblocked(pool, short, isKnown).catch(() => false)) {
      log.warn({ because: error.because }, `could not ${purpose}, going on as they are known`);
      return;
    }
  }
  await untilUnblocked(pool, toWait(options, purpose), announce);
}

function toWait(
  { connectionString, log, waitLimitMs, signal }: AnnounceOptions,
  purpose: string,
): UnblockedOptions {
  return { connectionString, purpose, waitLimitMs, signal, onWait: (message) => log.warn(message) };
}
