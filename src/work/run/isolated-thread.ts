import { parentPort, workerData } from 'node:worker_threads';
import { createLogger } from '../../observability/logger.ts';
import { loadBoundTask } from '../../tasks/load-bound-task.ts';
import type { TaskContext } from '../../tasks/task-context.ts';
import { packError } from '../process/packed-error.ts';
import { unpackReason } from './abort-reasons.ts';
import type { FromIsolated, IsolatedRun, ToIsolated } from './isolated-messages.ts';
import { judge } from './judge.ts';
import { checkPercent } from './progress-reporter.ts';
import { encodeResult } from './result.ts';
import { completeClaim } from './run-store.ts';

/** The thread of one run of a task with `isolate: 'thread'`: see runIsolated. */
if (parentPort) await carryOut(workerData as IsolatedRun);

async function carryOut(run: IsolatedRun): Promise<void> {
  const ending = new AbortController();
  const mayComplete = Promise.withResolvers<void>();
  parentPort?.on('message', (message: ToIsolated) => {
    if (message.kind === 'abort') ending.abort(unpackReason(message.reason));
    else mayComplete.resolve();
  });
  const { handle, policy } = await loadBoundTask<undefined>(new URL(run.file));
  try {
    const value = await handle(run.payload as never, createContext(run, ending.signal, mayComplete.promise));
    const { json, note } = encodeResult(value);
    post({ kind: 'returned', json, note });
  } catch (thrown) {
    const faults: unknown[] = [];
    const verdict = judge(thrown, { job: run.job, policy }, (fault) => faults.push(fault));
    const delayMs = 'delayMs' in verdict ? verdict.delayMs : undefined;
    post({
      kind: 'judged',
      verdict: { kind: verdict.kind, delayMs, error: packError(verdict.error) },
      faults: faults.map((fault) => packError(fault)),
    });
  }
}

function createContext(
  { job, claim, logLevel }: IsolatedRun,
  signal: AbortSignal,
  mayComplete: Promise<void>,
): TaskContext<undefined> {
  return {
    job,
    signal,
    log: createLogger({
      level: logLevel,
      destination: { write: (line) => post({ kind: 'log', line }) },
    }),
    services: undefined,
    progress(percent, message) {
      checkPercent(percent);
      post({ kind: 'progress', percent, message: message === undefined ? undefined : String(message) });
    },
    async completeInTransaction(tx, result) {
      const encoded = encodeResult(result);
      post({ kind: 'completing' });
      await mayComplete;
      const state = await completeClaim(claim, tx, encoded);
      post({ kind: 'completed', state, note: encoded.note });
    },
  };
}

function post(message: FromIsolated): void {
  parentPort?.postMessage(message);
}
