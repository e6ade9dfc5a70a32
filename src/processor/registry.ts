import { hostname } from 'node:os';
import type { Pool } from 'pg';

/** A runner as the fleet knows it. */
export interface RunnerIdentity {
  readonly token: string;
  readonly queue: string;
  readonly concurrency: number;
}

/** One runner's heartbeat: the ids of the jobs whose handlers are at work. */
export interface Beat {
  token: string;
  running: string[];
}

/** What the database answers to a runner's heartbeat. */
export interface BeatAnswer {
  token: string;
  isPaused: boolean;
}

/** The fleet's register of runners, in the database (src/db/sql/*_runner.sql). Every call is one transaction. */
export class Registry {
  readonly #pool: Pool;
  readonly #kind: 'howdah' | 'graphile-worker';

  constructor(pool: Pool, kind: 'howdah' | 'graphile-worker' = 'howdah') {
    this.#pool = pool;
    this.#kind = kind;
  }

  async register({ token, queue, concurrency }: RunnerIdentity): Promise<void> {
    const values = [token, queue, this.#kind, hostname(), process.pid, concurrency];
    await this.#pool.query('select howdah.register_runner($1, $2, $3, $4, $5, $6)', values);
  }

  async namePool(token: string, poolId: string): Promise<void> {
    await this.#pool.query('select howdah.name_runner_pool($1, $2)', [token, poolId]);
  }

  /** Heartbeats of living runners; one that is missing from the answer was retired. */
  async beat(beats: readonly Beat[]): Promise<BeatAnswer[]> {
    const { rows } = await this.#pool.query<{ token: string; is_paused: boolean }>(
      'select token, is_paused from howdah.heartbeat($1)',
      [JSON.stringify(beats)],
    );
    return rows.map((row) => ({ token: row.token, isPaused: row.is_paused }));
  }

  /** Refuses everything the runner may still try, then gives its jobs back. @returns how many it held */
  async end(token: string, because: string): Promise<number> {
    await this.#pool.query('select howdah.retire_runner($1, $2)', [token, because]);
    const { rows } = await this.#pool.query<{ jobs: number }>('select howdah.release_runner($1) as jobs', [
      token,
    ]);
    return rows[0]?.jobs ?? 0;
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
  async dead(): Promise<{ token: string; because: string }[]> {
    const { rows } = await this.#pool.query<{ token: string; because: string }>(
      'select token, because from howdah.dead_runners()',
    );
    return rows;
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
