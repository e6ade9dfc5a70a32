import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Pool } from 'pg';
import type { RescuedTask } from '../../observability/events.ts';
import type { GateState } from './gate-states.ts';
import { ownVersion } from './own-version.ts';
import { hashSecret, type RunnerIdentity } from './runner-identity.ts';

/** A runner as the fleet knows it. */
export interface RegisteredRunner extends RunnerIdentity {
  readonly queue: string;
  readonly concurrency: number;
  /** Version of each task it can run, by the task's name. */
  readonly tasks: Readonly<Record<string, string>>;
  /** Where the jobs go of those that do not run here, by name. @default all run here */
  readonly routes?: Readonly<Record<string, string>>;
  /** Whose tasks they are, as announced. @default not checked, as before applications had names */
  readonly application?: string | undefined;
}

/** One runner's heartbeat. */
export interface Beat extends BegunJobs {
  readonly token: string;
  /** Why ends cannot be written; null when all are. */
  readonly trouble: string | null;
  /** No run begins before they are. */
  readonly isStalled: boolean;
  /** Most runs it may have at once until it gets the answer to this; null for its concurrency. */
  readonly maxRunning: number | null;
  /** It takes no more jobs and only lets its runs end. */
  readonly isLeaving: boolean;
  /** The session that shows its process to live was there a moment ago: were it no more, the process would be gone. */
  readonly isLifeShown: boolean;
  /** For how many milliseconds the event loop of its process has been blocked; null when it is not. */
  readonly blockedMs: number | null;
  /** Jobs whose handlers are still at work in its process though their run is over or should be. */
  readonly abandoned: readonly string[];
  /** What runs of its tasks need, and whether that is there. */
  readonly gates: readonly GateState[];
}

/** What the database answers to a runner's heartbeat. */
export interface BeatAnswer {
  readonly token: string;
  readonly isPaused: boolean;
  /** Most runs it may have at once from now on; null where the queue has no fleet concurrency. */
  readonly maxRunning: number | null;
  /** Most runs it should have once the others have made room; null likewise. */
  readonly share: number | null;
  /** Running jobs that an operator cancelled, of this and of other runners. */
  readonly cancelled: readonly string[];
}

/** A runner whose jobs should be given back. */
export interface DeadRunner extends RunnerEnd {
  token: string;
  queue: string;
  /** That is settled, or it lives by a lease, which ran out; else it is silent, and nothing more is known. */
  isSettled: boolean;
}

/** Who is dead as far as the database can tell. */
export interface DeadRunners {
  runners: DeadRunner[];
  /** The database's clock, in milliseconds. */
  clockMs: number;
}

/** Why a runner is no more. */
export interface RunnerEnd {
  /**
   * `stopped`: its process wished so. `replaced`: its process gave it up, as its connections or its engine failed.
   * `left`: its process ends, as it lost the runner. The others are for other processes to find out. Those but the first
   * two count as a death of the jobs aboard.
   */
  as: 'stopped' | 'replaced' | 'left' | 'gone' | 'cut_off' | 'expired' | 'unlocked';
  /** The same in words, for people. */
  because: string;
}

/** Jobs of a runner that are not only held. */
export interface BegunJobs {
  /** Ids of those whose handlers are at work. */
  readonly running: readonly string[];
  /** Ids of those whose run is over, and whose end could not be written yet. */
  readonly unrecorded: readonly string[];
}

/** Jobs of a runner that its own process ends. */
export interface OwnJobs extends BegunJobs {
  /** Ids of all that it may hold; undefined where it cannot be sure. */
  readonly held: readonly string[] | undefined;
}

/** What a runner held. */
export interface ReleasedJobs {
  jobs: number;
  byTask: RescuedTask[];
}

/** A retired runner's jobs stay where they are until transactions of others have ended. */
class JobsHeldError extends Error {
  override readonly name = 'JobsHeldError';

  constructor(heldBy: string) {
    super(`its jobs are given back when this has ended: ${heldBy}`);
  }
}

const DEAD = `
  select coalesce(json_agg(json_build_object(
           'token', d.token, 'queue', d.queue, 'because', d.because, 'as', d.retired_as,
           'isSettled', r.retired_at is not null or r.kind = 'lease')), '[]') as runners,
         (extract(epoch from clock_timestamp()) * 1000)::float8 as "clockMs"
  from howdah.dead_runners() d join howdah.runners r on r.token = d.token`;

const RETIRE = 'select howdah.retire_runner($1, $2, $3, $4::bigint[], $5::bigint[])';

/**
 * By the runner's own process. While somebody has the register locked, the server goes on to wait for it after that process has given
 * up, and ended: nobody else could tell which runs had ended, and that no other job was begun. Once a runner, so no more than one
 * session of each waits so.
 */
const RETIRE_SELF = RETIRE.replace('select', "select set_config('lock_timeout', '30s', true),");

/** The fleet's register of runners, in the database (src/db/sql/fleet). Every statement is a transaction. */
export class Registry {
  readonly #pool: Pool;
  readonly #kind: 'howdah' | 'graphile-worker';
  /** Processes share a queue's fleet concurrency in the order of these, so older ones come first. */
  readonly #process = `${new Date().toISOString()} ${randomUUID()}`;
  #beatCount = 0;

  constructor(pool: Pool, kind: 'howdah' | 'graphile-worker' = 'howdah') {
    this.#pool = pool;
    this.#kind = kind;
  }

  /**
   * @returns how many runs it may have at once; null for its own concurrency
   * @throws with SQLSTATE HWAPP when one of the tasks is not the application's
   */
  async register({
    token,
    secret,
    queue,
    concurrency,
    tasks,
    routes = {},
    application,
  }: RegisteredRunner): Promise<number | null> {
    const { rows } = await this.#pool.query<{ granted: number | null }>(
      'select howdah.register_runner($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) as granted',
      [
        ...[
          token,
          queue,
          this.#kind,
          hostname(),
          process.pid,
          concurrency,
          Object.keys(tasks),
          this.#process,
        ],
        hashSecret(secret),
        JSON.stringify(tasks),
        application ?? null,
        JSON.stringify(routes),
      ],
    );
    return rows[0]?.granted ?? null;
  }

  /** The queue's fleet concurrency as this process is configured; what an operator set stays. null for none. */
  async configureFleet(queue: string, fleetConcurrency: number | null): Promise<void> {
    await this.#pool.query('select howdah.configure_fleet_concurrency($1, $2)', [queue, fleetConcurrency]);
  }

  async namePool(token: string, poolId: string): Promise<void> {
    await this.#pool.query('select howdah.name_runner_pool($1, $2)', [token, poolId]);
  }

  /**
   * Heartbeats of living runners; one that is missing from the answer was retired. One call at a time, and none before
   * the answer of the one before was applied or given up.
   */
  async beat(beats: readonly Beat[]): Promise<BeatAnswer[]> {
    const { rows } = await this.#pool.query<BeatAnswer>(
      `select token, is_paused as "isPaused", max_running as "maxRunning", share, cancelled
       from howdah.heartbeat($1, $2)`,
      [JSON.stringify(beats.map(toRow)), ++this.#beatCount],
    );
    return rows;
  }

  /**
   * Refuses everything the runner may still try, then gives its jobs back.
   *
   * @param own known to its own process; by default as its latest heartbeat said, and all that is found in the database
   * @throws {JobsHeldError} when none could be given back yet; trying again helps
   */
  async end(token: string, { as, because }: RunnerEnd, own?: OwnJobs): Promise<ReleasedJobs> {
    await this.#pool.query(own ? RETIRE_SELF : RETIRE, [
      token,
      because,
      as,
      own?.running ?? null,
      own?.unrecorded ?? null,
    ]);
    const { rows } = await this.#pool.query<ReleasedJobs & { heldBy: string | null }>(
      `select jobs, coalesce(by_task, '[]') as "byTask", held_by as "heldBy"
       from howdah.release_runner($1, $2::bigint[])`,
      [token, own?.held ?? null],
    );
    const { jobs, byTask, heldBy } = rows[0] ?? { jobs: 0, byTask: [], heldBy: null };
    if (jobs === null) throw new JobsHeldError(heldBy ?? 'somebody');
    return { jobs, byTask };
  }

  /** Gives back what a runner that takes no more jobs holds beside its runs under way. @returns how many */
  async releaseLeftovers(token: string, keep: readonly string[]): Promise<number> {
    const { rows } = await this.#pool.query<{ jobs: number }>(
      'select howdah.release_leftovers($1, $2::bigint[]) as jobs',
      [token, keep],
    );
    return rows[0]?.jobs ?? 0;
  }

  /** Runners anywhere whose jobs should be given back now. */
  async dead(): Promise<DeadRunners> {
    const { rows } = await this.#pool.query<DeadRunners>(DEAD);
    return rows[0] ?? { runners: [], clockMs: 0 };
  }

  /** Records that a job aboard an earlier death really runs now, so that a further death is charged to it. */
  async recordStart(jobId: string, token: string): Promise<void> {
    await this.#pool.query(
      `insert into howdah.job_starts (job_id, token) values ($1, $2)
       on conflict (job_id) do update set token = excluded.token, started_at = excluded.started_at`,
      [jobId, token],
    );
  }

  async clearStart(jobId: string, token: string): Promise<void> {
    await this.#pool.query('delete from howdah.job_starts where job_id = $1 and token = $2', [jobId, token]);
  }
}

function toRow({ maxRunning, isLeaving, isLifeShown, blockedMs, isStalled, gates, ...beat }: Beat) {
  return {
    ...beat,
    max_running: maxRunning,
    is_leaving: isLeaving,
    life_shown: isLifeShown,
    blocked_ms: blockedMs,
    is_stalled: isStalled,
    ...(gates.length > 0 && { gates: gates.map(({ shutMs, ...gate }) => ({ ...gate, shut_ms: shutMs })) }),
    memory_bytes: process.memoryUsage.rss(),
    version: ownVersion(),
  };
}
