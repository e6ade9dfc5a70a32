import { setTimeout as delay } from 'node:timers/promises';
import type { Pool } from 'pg';
import { causesOf } from '../../errors/causes-of.ts';
import type { ProcessorOptions, TaskProcessor } from '../../work/processor.ts';
import { explainStart } from '../explain-start.ts';
import { awaitRegister } from './await-register.ts';
import { startWhenAdopted } from './start-when-adopted.ts';

/** Between two tries, for what was in the way to be seen by the next look. */
const PAUSE_MS = 500;

/** A lock that was not available in time, a deadlock's victim, a statement that took too long, a session that kept silent. */
const LEFT_WAITING: ReadonlySet<unknown> = new Set(['55P03', '40P01', '57014', 'ETIMEDOUT']);

export interface StartRunnersOptions {
  /** Lives for as long as the processor. */
  pool: Pool;
  /** Where it is looked whose locks are in the way. */
  connectionString: string;
  /** Most that it may wait for them, in milliseconds. */
  waitLimitMs: number;
  signal?: AbortSignal | undefined;
}

/**
 * A processor that takes jobs (`startWhenAdopted`). For whose locks it waits is in the log; one that was taken after it had
 * been looked for them makes it begin anew.
 *
 * @throws {StartupError} when somebody held a lock for too long, or the database refused; when a task is another
 *   application's by then
 * @throws the reason of `signal` when it fired meanwhile
 */
export async function startRunners<Services>(
  options: ProcessorOptions<Services>,
  { pool, connectionString, waitLimitMs, signal }: StartRunnersOptions,
): Promise<TaskProcessor> {
  const { queues, tasks, log } = options;
  const until = performance.now() + waitLimitMs;
  for (;;) {
    await awaitRegister(pool, {
      ...{ connectionString, waitLimitMs: Math.max(0, until - performance.now()), signal },
      ...{ queues, tasks: [...tasks.keys()] },
      onWait: (message) => log.warn(message),
    });
    signal?.throwIfAborted();
    try {
      return await startWhenAdopted(options, pool);
    } catch (err) {
      if (!isLeftWaiting(err) || performance.now() >= until) throw explainStart(err, 'start the runners');
      log.warn({ err }, 'could not start the runners in time, trying again');
    }
    await delay(PAUSE_MS, undefined, signal && { signal });
  }
}

function isLeftWaiting(error: unknown): boolean {
  return [...causesOf(error)].some((each) => {
    const { code, message } = each as { code?: unknown; message?: unknown };
    return LEFT_WAITING.has(code) || message === 'Query read timeout';
  });
}
