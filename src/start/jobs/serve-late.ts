import { setTimeout as delay } from 'node:timers/promises';
import { untilUnblocked } from '../../db/locks/until-unblocked.ts';
import type { LateQueues } from '../../db/migration/migrate.ts';
import { announceTasks } from '../../enqueue/announce-tasks.ts';
import { describeError } from '../../errors/describe-error.ts';
import type { QueueConcurrency, TaskProcessor } from '../../work/processor.ts';
import { prepareDatabase } from '../database/prepare-database.ts';
import type { Parts } from '../parts.ts';

/**
 * Between two tries to make a queue, and after a failure. Each try writes to the catalogs what is rolled back, and those who
 * read `howdah.jobs` wait behind it for half a second, so a dump of hours is not asked every second.
 */
const PAUSE_MS = 5_000;

export interface ServeLateOptions
  extends Pick<Parts, 'app' | 'config' | 'log' | 'databaseUrl' | 'directUrl' | 'database'> {
  late: LateQueues;
  /** Those of them that this process serves. */
  queues: readonly QueueConcurrency[];
  /** @default 5 s */
  pauseMs?: number;
}

/**
 * The processor, which serves these queues too as soon as they can be made; until then it tells why they cannot, and the log
 * says for whom it waits. Whatever goes wrong is tried again: the other queues are served.
 */
export function serveLate(processor: TaskProcessor, options: ServeLateOptions): TaskProcessor {
  const { queues, late, log } = options;
  const ending = new AbortController();
  let because: string | undefined = late.because;
  log.warn({ queues: late.names, because }, 'new queues cannot be made yet, going on with the others');
  const serving = untilServed(processor, { ...options, signal: ending.signal }, (reason) => {
    because = reason;
  });
  const end = async (processorEnds: Promise<void>) => {
    ending.abort();
    await Promise.all([processorEnds, serving]);
  };
  return {
    idleQueues: () => processor.idleQueues(),
    restingQueues: () => processor.restingQueues(),
    troubledQueues: () => processor.troubledQueues(),
    lateQueues: () =>
      because === undefined ? [] : queues.map(({ name }) => ({ queue: name, because: because ?? '' })),
    gates: () => processor.gates(),
    add: (more) => processor.add(more),
    quiet: () => end(processor.quiet()),
    stop: (timeoutMs) => end(processor.stop(timeoutMs)),
  };
}

/** @param tell why they are not served yet; undefined once they are */
async function untilServed(
  processor: TaskProcessor,
  options: ServeLateOptions & { signal: AbortSignal },
  tell: (because: string | undefined) => void,
): Promise<void> {
  const { app, config, databaseUrl, directUrl, database, queues, late, log, signal } = options;
  const { pauseMs = PAUSE_MS } = options;
  while (!signal.aborted) {
    try {
      const own = { connectionString: directUrl, log, signal, pauseMs, onWait: tell };
      await prepareDatabase(config, app, own);
      const wait = { purpose: 'name the tasks', waitLimitMs: config.migrateTimeoutMs, onWait: tell };
      await untilUnblocked(
        database.db,
        { ...wait, connectionString: databaseUrl, signal },
        (client) => announceTasks(client, app.catalogue), // the engine of the new queue is to know their names
      );
      await processor.add(queues);
      tell(undefined);
      log.info({ queues: late.names }, 'new queues are made and served');
      return;
    } catch (err) {
      if (signal.aborted) return;
      tell(describeError(err).message);
      log.warn({ err, queues: late.names }, 'could not make new queues, trying again');
      await delay(pauseMs, undefined, { signal }).catch(() => {});
    }
  }
}
