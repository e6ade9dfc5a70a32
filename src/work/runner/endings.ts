import { setTimeout as delay } from 'node:timers/promises';
import type { Pool, QueryConfig, QueryResult } from 'pg';
import { sqlStateOf } from '../../db/sql-state.ts';
import { toError } from '../../errors/to-error.ts';
import type { EventHub } from '../../observability/event-hub.ts';
import type { Logger } from '../../observability/logger.ts';
import { type RunEnd, type ToldEnds, tellingEnds, toldStates } from '../engine/engine-statement.ts';
import { toSetting } from '../run/carried-results.ts';
import { EncodedResult, unstorable } from '../run/result.ts';
import type { HeldRun, RunReport, RunsUnderWay } from '../run/runs-under-way.ts';
import type { EndsBreaker } from './ends-breaker.ts';
import { SILENT_MS, type Silence } from './silence.ts';
import { type EndState, toNews } from './to-news.ts';

/** What is set is read by the trigger that the end fires, and a condition is met before what is selected. */
const END_RUN = `select howdah.end_run($1, $2, $3, $4, $5) as state
                 where set_config('howdah.results', $6, true) is not null`;

/** The first retry comes after so long, each further one after twice that, up to the maximum. */
const MIN_WAIT_MS = 50;
const MAX_WAIT_MS = 10_000;

/** The database refuses everything the runner says (queue_gate.sql): its jobs are others' to end. */
const RETIRED = 'HWRET';

export interface EndingsOptions {
  pool: Pool;
  queue: string;
  /** The name under which the runner holds its jobs; known before the first end. */
  poolId: () => string;
  runs: RunsUnderWay;
  /** Shared by the runners of a queue in this process. */
  breaker: EndsBreaker;
  /** Told when an end has no answer for long. */
  silence: Pick<Silence, 'tell'>;
  /** Fires when the process stops: what cannot be written soon is left to the register. */
  stopping: AbortSignal;
  events: EventHub;
  log: Logger;
}

interface OwedEnd extends RunEnd {
  readonly run: HeldRun;
  /** A try had no answer: it may have been written then. */
  mayBeWritten?: boolean;
}

/**
 * Writes how runs ended, in place of the engine, which knows one answer to a statement that fails: to stop for good,
 * leaving the jobs of the whole batch locked (graphile-worker 0.18.0, `batch` in main.js). They were given back then, and
 * ran again although their work was done.
 *
 * What a batch could not write is written job by job, so that its mates are not affected. What cannot be written so
 * either is remembered: the job stays locked by this runner, and its end is tried again until the database takes it, as
 * the same end of the same run and never as another run.
 *
 * Tells of a run that is over when the database has its end, as what the database made of it, which nobody knows before:
 * an operator may have cancelled the job just then.
 */
export class Endings {
  readonly #options: EndingsOptions;
  readonly #owed = new Map<HeldRun, OwedEnd>();
  readonly #givenUp = new AbortController();
  readonly #writing = new Set<Promise<unknown>>();
  #retrying: Promise<void> | undefined;

  constructor(options: EndingsOptions) {
    this.#options = options;
  }

  /** The engine's statement, or what it comes to. Never rejects: what is not written is owed from then on. */
  async write(statement: QueryConfig, ends: readonly RunEnd[]): Promise<Pick<QueryResult, 'rows'>> {
    const writing = this.#write(statement, ends);
    this.#writing.add(writing);
    return writing.finally(() => this.#writing.delete(writing));
  }

  /** Resolves when nothing is owed any more, or `giveUp` was called and no statement is under way. */
  async untilWritten(): Promise<void> {
    await Promise.all(this.#writing);
    await this.#retrying;
  }

  /** What is owed is left to the register, and what cannot be written from now on as well. */
  giveUp(): void {
    this.#givenUp.abort();
  }

  async #write(statement: QueryConfig, ends: readonly RunEnd[]): Promise<Pick<QueryResult, 'rows'>> {
    const { pool, poolId, runs, breaker, log } = this.#options;
    const known: OwedEnd[] = [];
    for (const { jobId, failure } of ends) {
      const run = runs.find(jobId);
      if (run) known.push({ jobId, failure, run });
    }
    try {
      using _watch = this.#watch(known);
      const completed = known.filter(({ failure }) => failure === undefined).map(({ run }) => run);
      const results = toSetting(completed, poolId());
      const { rows } = await pool.query<ToldEnds<EndState>>(tellingEnds(statement, results));
      const decidedOf = toldStates(rows[0], ends.length);
      for (const end of known) this.#settle(end, stateOf(end, decidedOf(end.jobId)));
      breaker.recorded(known.map(({ run }) => run));
    } catch (error) {
      log.debug({ err: error }, 'ends of runs are written one by one, as they could not be together');
      for (const end of known) end.mayBeWritten = isUnsure(toError(error));
      await this.#writeSingly(known);
      if (this.#owed.size > 0) this.#retrying ??= this.#retry();
    }
    return { rows: [] };
  }

  /** The runner is out of the register: what it holds still will not be written here any more. */
  forsake(): void {
    for (const report of this.#options.runs.untold) this.#tell(report, undefined);
  }

  /** Each in turn, until one fails for a reason that is not its own. */
  async #writeSingly(ends: readonly OwedEnd[]): Promise<void> {
    let common: Error | undefined;
    for (const end of ends) {
      if (this.#givenUp.signal.aborted) return;
      const error = common ?? (await this.#writeOne(end));
      if (!error) continue;
      this.#owe(end, error);
      if (!isOwnFault(error)) common = error;
    }
  }

  /** @returns what kept it from being written */
  async #writeOne(end: OwedEnd): Promise<Error | undefined> {
    try {
      using _watch = this.#watch([end]);
      const state = await this.#endRun(end);
      this.#settle(end, state ?? (end.mayBeWritten ? 'unknown' : undefined));
      this.#options.breaker.recorded([end.run]);
      return undefined;
    } catch (thrown) {
      const error = toError(thrown);
      end.mayBeWritten ||= isUnsure(error);
      return error;
    }
  }

  /** Without its result, and a note in the place of that, where the database does not take it: the work is done. */
  async #endRun(end: OwedEnd): Promise<EndState | null> {
    const { run, failure } = end;
    if (failure !== undefined || !run.result) return this.#askToEnd(end);
    try {
      return await this.#askToEnd(end, toSetting([run], this.#options.poolId()));
    } catch (error) {
      const note = unstorable(error);
      if (note === undefined) throw error;
      const noted = { ...run, result: new EncodedResult(undefined, note) };
      const state = await this.#askToEnd(end, toSetting([noted], this.#options.poolId()));
      const { report } = run;
      if (report) this.#emit('job.result_reduced', { ...report, note });
      return state;
    }
  }

  async #askToEnd({ jobId, failure, run }: OwedEnd, results = ''): Promise<EndState | null> {
    const { pool, queue, poolId } = this.#options;
    const values = [jobId, queue, poolId(), run.lockedAt, failure ?? null, results];
    const { rows } = await pool.query<{ state: EndState | null }>(END_RUN, values);
    return rows[0]?.state ?? null;
  }

  /**
   * Has the breaker know, until disposed of, when these ends are not written for long. They are not owed: the statement may
   * yet do it, and only its answer says what is left to do.
   */
  #watch(ends: readonly OwedEnd[]): Disposable {
    const timer = setTimeout(() => {
      const error = new Error(`no answer for ${SILENT_MS / 1_000} s: somebody may hold a lock`);
      for (const { run } of ends) this.#options.breaker.failed(run, error);
      this.#options.silence.tell();
    }, SILENT_MS);
    return { [Symbol.dispose]: () => clearTimeout(timer) };
  }

  #owe(end: OwedEnd, error: Error): void {
    if (isRetired(error)) {
      this.#settle(end, undefined);
      this.#options.breaker.forget([end.run]);
    } else {
      this.#owed.set(end.run, end);
      this.#options.breaker.failed(end.run, error);
    }
  }

  /** @param state in which the database ended the job for us; undefined when it did not */
  #settle({ run }: OwedEnd, state: EndState | undefined): void {
    this.#owed.delete(run);
    this.#options.runs.settle(run);
    if (run.report) this.#tell(run.report, state);
  }

  #tell(report: RunReport, state: EndState | undefined): void {
    const [event, fields] = toNews(report, state);
    this.#emit(event, fields);
  }

  /** A listener that throws must not have an end that is written taken for one that is not. */
  #emit(event: string, fields: object): void {
    try {
      (this.#options.events as NodeJS.EventEmitter).emit(event, fields);
    } catch (err) {
      this.#options.log.error({ err, event }, 'a listener threw');
    }
  }

  async #retry(): Promise<void> {
    const { breaker } = this.#options;
    let waitMs = MIN_WAIT_MS;
    while (this.#owed.size > 0 && (await this.#pause(waitMs))) {
      const owedCount = this.#owed.size;
      await this.#writeSingly([...this.#owed.values()]);
      breaker.tried();
      waitMs = this.#owed.size < owedCount ? MIN_WAIT_MS : Math.min(2 * waitMs, MAX_WAIT_MS);
    }
    this.#retrying = undefined;
    breaker.forget([...this.#owed.keys()]);
  }

  /** Resolves when it is time for the next round; with false when there is to be none. */
  async #pause(waitMs: number): Promise<boolean> {
    const { stopping } = this.#options;
    const givenUp = this.#givenUp.signal;
    const signal = stopping.aborted ? givenUp : AbortSignal.any([stopping, givenUp]);
    await delay(stopping.aborted ? MIN_WAIT_MS : waitMs, undefined, { signal }).catch(() => {});
    return !givenUp.aborted;
  }
}

/** @param decided of a job that the statement ended; undefined for one that it did not find as this run's */
function stateOf({ failure }: RunEnd, decided: EndState | null | undefined): EndState | undefined {
  if (decided !== null) return decided;
  return failure === undefined ? 'completed' : 'waiting';
}

/** Whether other ends may fare better: the statement was refused, and the session lives. */
function isOwnFault(error: Error): boolean {
  const code = sqlStateOf(error);
  return code !== undefined && code !== RETIRED && !/^(08|53300|57P)/.test(code);
}

/** Whether the statement may have done its work all the same: its answer was lost. */
function isUnsure(error: Error): boolean {
  return !isOwnFault(error) && !isRetired(error);
}

function isRetired(error: Error): boolean {
  return sqlStateOf(error) === RETIRED;
}
