import type { Job } from 'graphile-worker';
import { stringifyExactly } from '../../db/exact-json.ts';
import { namingAt, namingOf } from '../../db/naming.ts';
import { queryRows, type SqlClient } from '../../db/sql-client.ts';
import { sqlStateOf } from '../../db/sql-state.ts';
import { isOutside } from '../../db/transactions/is-outside.ts';
import { JobLostError } from './abort-reasons.ts';
import { mayBeCarried } from './carried-results.ts';
import type { EncodedResult } from './result.ts';
import type { ResultReports } from './result-reports.ts';

/** How far a run is. */
export interface Progress {
  percent: number;
  message: string | undefined;
}

/**
 * How one run tells the database about itself (src/db/sql/run/report_progress.sql and its neighbours). Each statement first
 * locks the job's row as the one this very run holds, so none of them can touch a job that has been given to another
 * worker, completed, or fetched again, whatever the order in which that and the statement arrive.
 */
export interface RunStore {
  readonly claim: RunClaim;
  /** @returns false, and does nothing, when the job is not this run's any more */
  reportProgress(progress: Progress): Promise<boolean>;
  /**
   * Has a small result stored with the end of the run, which costs next to nothing.
   *
   * @returns false, and does nothing, for a large one, and when the job has another run by now
   */
  carryResult(result: EncodedResult): boolean;
  /** Kept with the job if this run completes it. @returns false, and does nothing, when the job is not this run's any more */
  reportResult(result: EncodedResult): Promise<boolean>;
  /** Ends the job in the caller's transaction. @throws {JobLostError} when it is not this run's any more */
  complete(tx: SqlClient, result: EncodedResult): Promise<CompletedState>;
  /** Whether the job is still this run's. */
  isHeld(): Promise<boolean>;
  /** What the database knows of other versions of a task, for a payload that this worker's refuses. */
  weighMisfit(task: string, version: string, payload: unknown): Promise<MisfitWeight>;
  /** By how many milliseconds this process's clock is ahead of the database's; below 0 when it is behind. */
  clockAheadMs(): Promise<number>;
}

/** As what a job ends that its handler completes: somebody may have cancelled it before. */
export type CompletedState = 'completed' | 'cancelled';

export interface MisfitWeight {
  /** Whether another version of the task is around, or was within the last hour. */
  isOtherAround: boolean;
  /** Which of those takes the payload, as far as SQL can tell; null for none. */
  takenBy: string | null;
  /** Whether a living worker of this queue has that version. */
  isTakerAlive: boolean;
}

/** What the statements know a run by: the job, its queue, the worker pool that holds it, and since when. */
export interface RunClaim {
  readonly values: readonly [job: string, queue: string, worker: string | null, lockedAt: string | undefined];
  /** Of the Howdah whose job it is. */
  readonly schema: string;
}

/** Whose a job is. */
export interface JobPlace {
  readonly queue: string;
  readonly connectionString: string;
}

/** Runs a statement on the connections of the runner that holds the job, which die with its claim on it. */
export type RunQuery = (text: string, values: unknown[]) => Promise<{ rows: unknown[] }>;

const PROGRESS = 'select howdah.report_progress($1, $2, $3, $4, $5, $6) as ok';
/** In the terms that every library understands, as the caller's may be any. */
const COMPLETE = `
  select howdah.complete_in_transaction($1::text::bigint, $2::text, $3::text, $4::text::timestamptz,
                                        $5::text::jsonb, $6::text)::text as state`;
const NOW = 'select extract(epoch from clock_timestamp()) * 1000 as ms';
const WEIGH =
  'select is_other_around as "isOtherAround", taken_by as "takenBy", is_taker_alive as "isTakerAlive" from howdah.weigh_misfit($1, $2, $3, $4)';
const HELD = 'select howdah.is_held($1, $2, $3, $4) as ok';

/**
 * What all runs of a runner tell the database by: statements of their own, those for the results of all, and those that end them.
 */
export interface RunVoice extends JobPlace {
  readonly query: RunQuery;
  readonly results: ResultReports;
  /** Has the result stored with the end of the job's run that was fetched then. @returns false when the job has another by now */
  readonly carry: (jobId: string, lockedAt: Date, result: EncodedResult) => boolean;
}

export function createRunStore(job: Job, voice: RunVoice): RunStore {
  return new PostgresRunStore(job, voice);
}

/** Most runs ask it nothing, so it makes nothing before it is asked. */
class PostgresRunStore implements RunStore {
  readonly #job: Job;
  readonly #voice: RunVoice;

  constructor(job: Job, voice: RunVoice) {
    this.#job = job;
    this.#voice = voice;
  }

  get claim(): RunClaim {
    const { id, locked_by, locked_at } = this.#job;
    return {
      values: [String(id), this.#voice.queue, locked_by, locked_at?.toISOString()],
      schema: namingAt(this.#voice.connectionString).name,
    };
  }

  reportProgress({ percent, message }: Progress): Promise<boolean> {
    return this.#ask(PROGRESS, [percent, message]);
  }

  carryResult(result: EncodedResult): boolean {
    const { id, locked_at } = this.#job;
    return locked_at !== null && mayBeCarried(result) && this.#voice.carry(String(id), locked_at, result);
  }

  reportResult(result: EncodedResult): Promise<boolean> {
    return this.#voice.results.store(this.claim.values, result);
  }

  complete(tx: SqlClient, result: EncodedResult): Promise<CompletedState> {
    return completeClaim(this.claim, tx, result);
  }

  isHeld(): Promise<boolean> {
    return this.#ask(HELD, []);
  }

  async weighMisfit(task: string, version: string, payload: unknown): Promise<MisfitWeight> {
    const { rows } = await this.#voice.query(WEIGH, [
      this.#voice.queue,
      task,
      version,
      stringifyExactly(payload),
    ]);
    return (rows as MisfitWeight[])[0] ?? { isOtherAround: false, takenBy: null, isTakerAlive: false };
  }

  async clockAheadMs(): Promise<number> {
    const askedAt = Date.now();
    const { rows } = await this.#voice.query(NOW, []);
    return (askedAt + Date.now()) / 2 - Number((rows as { ms: string }[])[0]?.ms);
  }

  async #ask(text: string, more: unknown[]): Promise<boolean> {
    const { rows } = await this.#voice.query(text, [...this.claim.values, ...more]);
    return (rows as { ok: boolean }[])[0]?.ok === true;
  }
}

/**
 * Ends the job in the caller's transaction.
 *
 * @throws {JobLostError} when it is not that run's any more
 * @throws {TypeError} when what was given belongs to no transaction: the job would be completed at once, whatever comes of the run
 */
export async function completeClaim(
  claim: RunClaim,
  tx: SqlClient,
  { json, note }: EncodedResult,
): Promise<CompletedState> {
  if (isOutside(tx))
    throw new TypeError('expected a transaction to complete the job in, received what has none (a pool?)');
  try {
    const statement = namingOf(claim.schema).statement(COMPLETE);
    const [row] = await queryRows<{ state: CompletedState }>(tx, statement, [...claim.values, json, note]);
    return row?.state ?? 'completed';
  } catch (error) {
    throw sqlStateOf(error) === 'HWLST'
      ? new JobLostError('the job is another worker’s by now', { cause: error })
      : error;
  }
}
