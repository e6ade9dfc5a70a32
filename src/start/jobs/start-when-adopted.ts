import { setTimeout as delay } from 'node:timers/promises';
import type { SqlClient } from '../../db/sql-client.ts';
import { readInstallationProblem } from '../../operate/installation.ts';
import { type ProcessorOptions, startProcessor, type TaskProcessor } from '../../work/processor.ts';

/** How often a worker looks whether somebody has decided. */
const LOOK_AGAIN_MS = 1_000;

/**
 * A processor that is taking jobs. In a copy of the database that nobody has decided about (`howdah adopt`), one that
 * takes none, and becomes the real one when somebody has; a log line says so.
 *
 * @param client one that lives for as long as the processor
 */
export async function startWhenAdopted<Services>(
  options: ProcessorOptions<Services>,
  client: SqlClient,
): Promise<TaskProcessor> {
  const problem = await readInstallationProblem(client);
  if (problem === null) return startProcessor(options);
  options.log.error(problem);
  return awaitAdoption(options, client);
}

function awaitAdoption<Services>(options: ProcessorOptions<Services>, client: SqlClient): TaskProcessor {
  const ending = new AbortController();
  let processor: TaskProcessor | undefined;
  const becoming = untilAdopted(options, client, ending.signal).then((started) => {
    processor = started;
  });
  const end = async () => {
    ending.abort();
    await becoming;
  };
  return {
    idleQueues: () => processor?.idleQueues() ?? options.queues.map(({ name }) => name),
    restingQueues: () => processor?.restingQueues() ?? [],
    troubledQueues: () => processor?.troubledQueues() ?? [],
    lateQueues: () => [],
    gates: () => processor?.gates() ?? [],
    async add(queues) {
      await becoming;
      await processor?.add(queues);
    },
    async quiet() {
      await end();
      await processor?.quiet();
    },
    async stop(timeoutMs) {
      await end();
      await processor?.stop(timeoutMs);
    },
  };
}

/** None when the signal fired first. Whatever goes wrong is tried again: the process is there to run jobs. */
async function untilAdopted<Services>(
  options: ProcessorOptions<Services>,
  client: SqlClient,
  signal: AbortSignal,
): Promise<TaskProcessor | undefined> {
  while (!signal.aborted) {
    await delay(LOOK_AGAIN_MS, undefined, { signal }).catch(() => {});
    try {
      if (!signal.aborted && (await readInstallationProblem(client)) === null) {
        return await startProcessor(options);
      }
    } catch (err) {
      options.log.warn({ err }, 'could not begin to take jobs, trying again');
    }
  }
  return undefined;
}
