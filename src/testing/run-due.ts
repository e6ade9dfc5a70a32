import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { type AnyApp, isApp } from '../app/define-app.ts';
import { loadTasks } from '../app/load-tasks.ts';
import { type OptionKinds, refuseOptionMistakes } from '../config/mistakes/option-mistakes.ts';
import { createPool } from '../db/connections/connection.ts';
import { announceTasks } from '../enqueue/announce-tasks.ts';
import { asyncStack } from '../start/async-stack.ts';
import { type BoundTask, isBoundTask } from '../tasks/bind.ts';
import { createCatalogue } from '../tasks/catalogue.ts';
import { startProcessor } from '../work/processor.ts';
import { addressOf } from './address-of.ts';
import { findNextJob, isAnyTaken, type NextJob, putForward, type Scope } from './due-jobs.ts';
import { RUN_DUE } from './option-kinds.ts';
import { type RunOutcome, toOutcome } from './outcome.ts';
import { createRecordingLogger, type LogLine } from './recording-logger.ts';
import { type Step, Stepper } from './stepper.ts';

export interface RunDueOptions<Services> {
  /** Where the jobs are; this or `pool`. */
  readonly connectionString?: string;
  /** A pool of that database, as a TestDatabase has: only its address is used. */
  readonly pool?: pg.Pool;
  /** Which Howdah of the database, where it has several. @default what the address says, else HOWDAH_SCHEMA, else 'howdah' */
  readonly schema?: string;
  /** What handlers find in `context.services`. @default undefined */
  readonly services?: Services;
  /** Runs also what becomes due until then, as if the clock went on to it. @default only what is due by now */
  readonly until?: Date;
  /** @default every queue of the database */
  readonly queues?: readonly string[];
  /** Ends after so many runs, whatever is left. @default 1,000 */
  readonly maxJobs?: number;
}

/** One run of a job. */
export interface DueRun {
  readonly jobId: string;
  readonly task: string;
  readonly queue: string;
  /** Which run of the job it was, from 1. */
  readonly attempt: number;
  /** As it was enqueued. */
  readonly payload: unknown;
  readonly outcome: RunOutcome;
  /** What is kept of what the handler returned; undefined for nothing. */
  readonly result: unknown;
  /** What decided the outcome, as it was thrown; undefined for a completed job. */
  readonly error: Error | undefined;
  /** Wait before the next run, in milliseconds, where there is one. */
  readonly delayMs: number | undefined;
  /** What the run logged. */
  readonly logs: readonly LogLine[];
}

/** A job that somebody else runs is not waited for any longer. */
const TAKEN_MS = 10_000;

/**
 * Runs the jobs that are due, and those that their runs enqueue, until none is: one at a time, over all queues by priority and
 * time. A worker in this process runs them, with its engine and against the database, so that retries, history, keys and
 * sequences are as ever. Nothing else should run jobs there meanwhile. No route is followed: handlers run, and jobs of tasks that are
 * only published wait on.
 *
 * With `until` time passes whenever nothing is due: time and deadline of all that waits come so much earlier in the database.
 * A job that failed and is to run again in an hour does, unless that is after `until`.
 *
 * @param from an application, whose folder of tasks is loaded, or tasks
 * @returns every run, in order; empty when nothing was due
 * @throws {TypeError} for options that there are not, or that are of another type; when neither or both of `connectionString` and `pool` are given
 * @throws {Error} naming the job that is due and begins nowhere within 10 s
 */
export async function runDue<Services>(
  from: AnyApp | readonly BoundTask<Services>[],
  options: RunDueOptions<Services>,
): Promise<DueRun[]> {
  refuseOptionMistakes('runDue', options, RUN_DUE as OptionKinds<RunDueOptions<Services>>);
  if (!isSource(from)) throw new TypeError('runDue: from: expected an application, or a list of tasks');
  const connectionString = addressOf(options);
  await using opened = asyncStack();
  const pool = createPool({ connectionString, applicationName: 'howdah testing' }, { max: 2 });
  opened.defer(() => pool.end());
  const { tasks: all, application } = await toTasks<Services>(from);
  const tasks = new Map([...all].filter(([, { route }]) => route === undefined));
  const queues = options.queues ?? (await readQueues(pool));
  const due = new DueJobs(pool, { queues, tasks: [...tasks.keys()] }, options);
  if (!(await due.next())) return [];
  const definitions = [...all.values()].map(({ definition }) => definition);
  if (application) await announceTasks(pool, createCatalogue(definitions), application);
  const { log, lines } = createRecordingLogger();
  const stepper = new Stepper(pool);
  const processor = await startProcessor<Services>({
    ...{ connectionString, tasks, log, events: stepper.events, places: stepper.placesOf },
    ...(application === undefined ? {} : { application }),
    queues: queues.map((name) => ({ name, concurrency: 1 })),
    services: options.services as Services,
  });
  opened.defer(() => processor.stop(0));
  const runs: DueRun[] = [];
  const { maxJobs = 1_000 } = options;
  for (let next = await due.next(); next && runs.length < maxJobs; next = await due.next()) {
    runs.push(toRun(await stepper.step(next), lines.splice(0)));
  }
  return runs;
}

/** What is due, by a clock that goes on to `until` whenever nothing is. */
class DueJobs {
  readonly #pool: pg.Pool;
  readonly #scope: Scope;
  /** Milliseconds since the epoch, by the database's clock; each step forward brings it nearer. */
  #untilMs: number;

  constructor(pool: pg.Pool, scope: Scope, { until }: { readonly until?: Date }) {
    this.#pool = pool;
    this.#scope = scope;
    this.#untilMs = until?.getTime() ?? Number.NEGATIVE_INFINITY;
  }

  /** The next job whose time has come; undefined when there is none. */
  async next(): Promise<NextJob | undefined> {
    const deadline = performance.now() + TAKEN_MS;
    for (;;) {
      const next = await findNextJob(this.#pool, this.#scope);
      if (next && next.inMs <= 0) return next;
      if (await isAnyTaken(this.#pool, this.#scope)) {
        // The engine may hold one ready, which it gives back.
        if (performance.now() > deadline)
          throw new Error('runDue: another worker runs jobs of this database');
        await delay(20);
      } else if (next && next.atMs <= this.#untilMs) {
        const ms = Math.ceil(next.inMs);
        await putForward(this.#pool, this.#scope.queues, ms);
        this.#untilMs -= ms;
      } else return undefined;
    }
  }
}

function isSource(from: unknown): boolean {
  return isApp(from) || (Array.isArray(from) && from.every(isBoundTask));
}

async function toTasks<Services>(
  from: AnyApp | readonly BoundTask<Services>[],
): Promise<{ tasks: ReadonlyMap<string, BoundTask<Services>>; application?: string }> {
  if ('name' in from) return { tasks: (await loadTasks(from)).tasks, application: from.name };
  return { tasks: new Map(from.map((task) => [task.definition.name, task])) };
}

async function readQueues(pool: pg.Pool): Promise<string[]> {
  const { rows } = await pool.query<{ name: string }>(
    'select name from howdah.queue_registry where removed_at is null order by name',
  );
  return rows.map(({ name }) => name);
}

function toRun({ event, left }: Step, lines: readonly LogLine[]): DueRun {
  const { jobId, task, queue, attempt } = event;
  const failure = 'decision' in event ? event : undefined;
  return {
    ...{ jobId, task, queue, attempt },
    payload: left?.payload,
    outcome: failure ? toOutcome(failure.decision) : 'completed',
    result: failure ? undefined : (left?.result ?? undefined),
    error: failure?.error,
    delayMs: failure?.delayMs,
    logs: lines.filter((line) => line['job_id'] === jobId),
  };
}
