import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';

/** Flags of this process that its threads need too: how addresses are looked up and tried. */
const KEPT_FLAGS = /^--(dns-result-order|(no-)?network-family-autoselection)/;

/**
 * A thread that runs one of our own modules.
 *
 * What the process was told to load first (`--import`, a tracing SDK for instance) is not loaded again in the thread.
 *
 * @param module path without extension, relative to `base`: `.ts` in the repository, `.js` in the published package
 * @param base `import.meta.url` of the caller
 * @param data what the thread finds in `workerData`
 */
export function spawnThread(module: string, base: string, data: unknown): Worker {
  return new Worker(new URL(`${module}${extname(base)}`, base), {
    workerData: data,
    execArgv: process.execArgv.filter((flag) => KEPT_FLAGS.test(flag)),
  });
}
