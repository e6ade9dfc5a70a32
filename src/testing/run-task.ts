import { type OptionKinds, refuseOptionMistakes } from '../config/mistakes/option-mistakes.ts';
import { parseExactly, stringifyExactly } from '../db/exact-json.ts';
import type { SqlClient } from '../db/sql-client.ts';
import { createEventHub } from '../observability/event-hub.ts';
import { type BoundTask, isBoundTask } from '../tasks/bind.ts';
import { encodePayload } from '../tasks/encode-payload.ts';
import type { RunningJob, TaskContext } from '../tasks/task-context.ts';
import { OverdueRuns } from '../work/run/overdue-runs.ts';
import { type RunEnvironment, runJob } from '../work/run/run-job.ts';
import { VerdictError } from '../work/run/verdict.ts';
import { RUN_TASK } from './option-kinds.ts';
import { type RunOutcome, toOutcome } from './outcome.ts';
import { createRecordingLogger, type LogLine } from './recording-logger.ts';
import { createRecordingStore } from './recording-store.ts';

/** What a job would be given by its enqueue and its worker. */
export interface RunTaskOptions<Services> {
  /** What the handler finds in `context.services`. @default undefined */
  services?: Services;
  /** Which run this is, from 1. @default 1 */
  attempt?: number;
  /** Runs at most. @default as the task has it */
  maxAttempts?: number;
  /** @default none */
  headers?: Readonly<Record<string, string>>;
  /** @default the task's home queue */
  queue?: string;
  /** @default '1' */
  id?: string;
  /** @default none */
  deadline?: Date;
  /** Time limit in milliseconds, 0 for none. @default the task's */
  timeoutMs?: number;
  /** The tick of the clock that enqueued it. @default none did */
  cron?: NonNullable<RunningJob['cron']>;
  /**
   * Ends the run; its reason is what the handler finds in `context.signal`, and is judged as in a worker: a JobCancelledError
   * cancels, a ShutdownError gives the job back, any other fails. @default nothing does
   */
  signal?: AbortSignal;
}

/** How a run went. */
export interface TaskRun {
  readonly outcome: RunOutcome;
  /** What the handler returned, or completed the job with, as JSON would have it. */
  readonly result: unknown;
  /** What of it is not kept, as `result_note` has it; undefined for nothing. */
  readonly resultNote: string | undefined;
  /** What decided the outcome, as it was thrown; undefined for a completed job. */
  readonly error: Error | undefined;
  /** Wait before the next run, in milliseconds, where there is one. */
  readonly delayMs: number | undefined;
  /** Every report of progress, in order. */
  readonly progress: readonly { percent: number; message: string | undefined }[];
  /** What the handler logged. */
  readonly logs: readonly LogLine[];
  /** The transaction that the job was completed in; undefined where it was not, or that was rolled back. */
  readonly completedIn: SqlClient | undefined;
}

/**
 * Runs a task once, here and now, through the pipeline of a worker and without a database: the payload is checked by the
 * task's schema, time limit and deadline hold, and the task's policy judges what the handler throws.
 *
 * `completeInTransaction` takes any transaction and writes nothing to it. A handler that throws afterwards counts as one
 * whose transaction was rolled back. `isolate` is left out: the handler runs in this thread, without services as there.
 *
 * @param payload as it would be enqueued: the handler gets what the schema makes of it, by way of JSON
 * @throws {TypeError} for options that there are not, or that are of another type
 * @throws {RangeError} for an attempt that is no whole number from 1
 */
export async function runTask<Services>(
  task: BoundTask<Services>,
  payload: unknown,
  options: RunTaskOptions<Services> = {},
): Promise<TaskRun> {
  refuseOptionMistakes('runTask', options, RUN_TASK as OptionKinds<RunTaskOptions<Services>>);
  if (!isBoundTask(task)) throw new TypeError('runTask: task: expected what app.handle returns');
  const job = toJob(task, options);
  const { log, lines } = createRecordingLogger();
  const recorded: Recorded = { progress: [], hasThrown: false };
  const store = createRecordingStore(job.id, job.queue, () => recorded.hasThrown);
  const endSignal = options.signal ?? new AbortController().signal;
  const run = { job, payload: toJson(toKept(task, payload)), misfitCount: 0, store, endSignal };
  const environment = toEnvironment(options, log);
  const ended = await verdictOf(recordingTask(task, recorded), run, environment);
  const completion = ended.outcome === 'completed' ? store.completion : undefined;
  const { json, note } = (ended.outcome === 'completed' && (completion?.result ?? store.result)) || NOTHING;
  return {
    ...ended,
    result: json === undefined ? undefined : parseExactly(json),
    resultNote: note,
    progress: recorded.progress,
    logs: lines,
    completedIn: completion?.tx,
  };
}

const NOTHING = { json: undefined, note: undefined };

type Ended = Pick<TaskRun, 'outcome' | 'error' | 'delayMs'>;

interface Recorded {
  progress: { percent: number; message: string | undefined }[];
  hasThrown: boolean;
}

const COMPLETED: Ended = { outcome: 'completed', error: undefined, delayMs: undefined };

async function verdictOf<Services>(...run: Parameters<typeof runJob<Services>>): Promise<Ended> {
  try {
    await runJob(...run);
    return COMPLETED;
  } catch (thrown) {
    if (!(thrown instanceof VerdictError)) throw thrown;
    const { verdict } = thrown;
    if (verdict.kind === 'done') return COMPLETED;
    const { kind, error } = verdict;
    const delayMs = 'delayMs' in verdict ? verdict.delayMs : undefined;
    return { outcome: toOutcome(kind === 'cancelled' ? 'cancel' : kind), error, delayMs };
  }
}

/** The same task, in this thread, whose reports of progress are all kept: a worker writes one a second. */
function recordingTask<Services>(task: BoundTask<Services>, recorded: Recorded): BoundTask<Services> {
  const { isolate, ...policy } = task.policy;
  const handle = async (payload: never, given: TaskContext<Services>) => {
    const context = recordProgress(given, recorded);
    if (isolate) Object.defineProperty(context, 'services', { value: undefined });
    try {
      return await task.handle(payload, context);
    } catch (error) {
      recorded.hasThrown = true;
      throw error;
    }
  };
  return { ...task, policy, handle };
}

function recordProgress<Services>(
  context: TaskContext<Services>,
  { progress }: Recorded,
): TaskContext<Services> {
  return {
    ...context,
    progress(percent, message) {
      context.progress(percent, message);
      progress.push({ percent, message });
    },
  };
}

function toEnvironment<Services>(
  { services }: RunTaskOptions<Services>,
  log: RunEnvironment<Services>['log'],
): RunEnvironment<Services> {
  return {
    services: services as Services,
    events: createEventHub(),
    log,
    hurrySignal: new AbortController().signal,
    overdue: new OverdueRuns(),
  };
}

function toJob<Services>({ definition }: BoundTask<Services>, options: RunTaskOptions<Services>): RunningJob {
  const { id = '1', attempt = 1, queue = definition.queue, headers = {}, cron } = options;
  if (!(Number.isInteger(attempt) && attempt >= 1)) {
    throw new RangeError(`attempt: expected a whole number from 1, received ${attempt}`);
  }
  const now = new Date();
  return {
    ...{ id, queue, attempt, task: definition.name, createdAt: now, runAt: now },
    maxAttempts: options.maxAttempts ?? definition.maxRetries + 1,
    headers: Object.freeze({ ...headers }),
    deadline: options.deadline,
    timeoutMs: options.timeoutMs,
    ...(cron ? { cron } : {}),
  };
}

/** As an enqueue keeps it; what code would not be let enqueue, as what another language may have put in. */
function toKept<Services>({ definition }: BoundTask<Services>, payload: unknown): unknown {
  const encoded = encodePayload(definition.payload, payload);
  return encoded.success ? encoded.data : payload;
}

/** As the database gives it back. */
function toJson(payload: unknown): unknown {
  const json = stringifyExactly(payload);
  return json === undefined ? undefined : parseExactly(json);
}
