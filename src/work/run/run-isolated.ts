import type { Worker } from 'node:worker_threads';
import type { Logger } from '../../observability/logger.ts';
import type { BoundTask } from '../../tasks/bind.ts';
import type { TaskContext } from '../../tasks/task-context.ts';
import { packError, unpackError } from '../process/packed-error.ts';
import { spawnThread } from '../process/spawn-thread.ts';
import type { FromIsolated, IsolatedRun, ToIsolated } from './isolated-messages.ts';
import { JudgedError } from './judge.ts';
import { EncodedResult } from './result.ts';
import type { RunConduct } from './run-conduct.ts';
import type { RunStore } from './run-store.ts';
import type { Verdict } from './verdict.ts';

/** How long an isolated handler may go on after its signal fired, unless its task says otherwise. */
const END_AFTER_MS = 1_000;

export interface IsolatedOptions<Services> {
  task: BoundTask<Services>;
  payload: unknown;
  context: TaskContext<Services>;
  store: Pick<RunStore, 'claim'>;
  conduct: Pick<RunConduct, 'beginCompletion' | 'noteCompletion'>;
}

/**
 * What is kept of what the task's handler returns when it runs in a thread of its own, which ends with it. The thread loads the task's file
 * anew and shares nothing: what goes in and out is copied. Once the signal fired the handler has a second to end, or
 * `abandonAfterMs`; then the thread is ended, whatever it does.
 *
 * @throws {JudgedError} with the verdict on what the handler threw, by its task's policy
 * @throws what ended the thread before its handler was through
 */
export async function runIsolated<Services>(options: IsolatedOptions<Services>): Promise<unknown> {
  const { signal } = options.context;
  const thread = spawnThread('./isolated-thread', import.meta.url, toRun(options));
  const post = (message: ToIsolated) => thread.postMessage(message);
  let ending: NodeJS.Timeout | undefined;
  const onAbort = () => {
    post({ kind: 'abort', reason: packError(signal.reason) });
    ending = setTimeout(() => void thread.terminate(), options.task.policy.abandonAfterMs ?? END_AFTER_MS);
  };
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await outcomeOf(thread, options, post);
  } finally {
    signal.removeEventListener('abort', onAbort);
    clearTimeout(ending);
    await thread.terminate();
  }
}

function toRun<Services>({ task, payload, context, store }: IsolatedOptions<Services>): IsolatedRun {
  if (!task.file) {
    throw new TypeError(
      `Task "${task.definition.name}": isolate: 'thread' needs a file that a thread can load`,
    );
  }
  const { job, log } = context;
  return { file: task.file.href, job, payload, claim: store.claim, logLevel: log.level };
}

/** Settles when the handler is through or the thread is gone. */
function outcomeOf<Services>(
  thread: Worker,
  { context, conduct }: IsolatedOptions<Services>,
  post: (message: ToIsolated) => void,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    thread.on('message', (message: FromIsolated) => {
      if (message.kind === 'returned') resolve(new EncodedResult(message.json, message.note));
      else if (message.kind === 'judged') reject(toJudged(message, context.log));
      else if (message.kind === 'progress') context.progress(message.percent, message.message);
      else if (message.kind === 'log') passOn(message.line, context.log);
      else if (message.kind === 'completed') conduct.noteCompletion(message.state, message.note);
      else void conduct.beginCompletion().then(() => post({ kind: 'complete' }));
    });
    thread.on('error', reject);
    thread.on('exit', (code) =>
      reject(new Error(`its thread ended with code ${code} before its handler did`)),
    );
  });
}

function toJudged({ verdict, faults }: Extract<FromIsolated, { kind: 'judged' }>, log: Logger): JudgedError {
  for (const fault of faults)
    log.error({ err: unpackError(fault) }, 'policy of the task failed, using the default');
  const { kind, delayMs = 0, error } = verdict;
  return new JudgedError({ kind, delayMs, error: unpackError(error) } as Verdict);
}

/** The line of a logger of ours, on the run's own. */
function passOn(line: string, log: Logger): void {
  const { level, time: _, pid: __, msg, ...fields } = JSON.parse(line);
  const write = log[level as 'info'];
  write.call(log, fields, msg);
}
