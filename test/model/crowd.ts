import assert from 'node:assert/strict';
import type pg from 'pg';
import { enqueue } from './enqueue.ts';
import type { Move } from './moves.ts';
import type { NewJob } from './queue-model.ts';
import type { RunnerName, Stage } from './stage.ts';
import type { QueueName, StagedRunner } from './staged-runner.ts';
import { speak } from './world.ts';

const HOUR_MS = 3_600_000;

/** An enqueuer does more in its transaction; others of the sequence, and completions, meet it. */
const STAY_OPEN_S = 0.004;

const SEQUENCE_MS = 80;

/** What the database may answer to those who come too late. */
const ALLOWED = {
  operator: ['HWSTA', 'HWJOB'],
  /** force_unlock_workers of the engine locks jobs in no order, so it and what locks many may each be the one that loses. */
  ofMany: ['HWSTA', 'HWJOB', '40P01'],
  worker: ['HWRET', 'HWLST', '57P01'],
  /** A transaction that is not READ COMMITTED must be ready to be repeated. */
  repeatableRead: ['40001'],
};

/** Three who act at the same time, each a worker and an operator, and what they know together. */
export class Crowd {
  readonly stage: Stage;
  readonly slots: Record<RunnerName, StagedRunner>;
  /** Jobs whose enqueue was committed and that are kept when they end. */
  readonly kept = new Set<string>();
  readonly revivals = new Map<string, number>();
  /** How often each kind of move, or refusal, was met. */
  readonly met = new Map<string, number>();
  readonly #plain: string[] = [];
  readonly #all: string[] = [];
  /** Counts pauses and resumes of each queue; odd while it surely is paused. Only one of the three does that. */
  readonly #pauses: Record<QueueName, number> = { default: 0, critical: 0 };
  /** Those that were told so; a process replaces them then. */
  readonly #isRetired = new WeakSet<StagedRunner>();
  readonly #ghosts: Partial<Record<RunnerName, StagedRunner>> = {};
  readonly #beats = new Map<string, number>();

  private constructor(stage: Stage, slots: Record<RunnerName, StagedRunner>) {
    this.stage = stage;
    this.slots = slots;
  }

  static async create(stage: Stage): Promise<Crowd> {
    const [A, B, C] = [await stage.addRunner('A'), await stage.addRunner('B'), await stage.addRunner('C')];
    return new Crowd(stage, { A, B, C });
  }

  /** Makes one move after the other until `isOver`. */
  async act(name: RunnerName, moves: readonly Move[], isOver: () => boolean): Promise<void> {
    const client = await this.stage.connect();
    for (let turn = 0; !isOver(); turn++) {
      const move = moves[turn % moves.length];
      if (move) await this.#make(move, name, client);
    }
  }

  async #make(move: Move, name: RunnerName, client: pg.Client): Promise<void> {
    const runner = this.slots[name];
    this.#meet(move.do);
    switch (move.do) {
      case 'enqueue':
        return this.#enqueue(move, client);
      case 'fetch':
        await this.#tolerate(ALLOWED.worker, () => this.#fetch(runner, move.batchSize));
        return this.#isRetired.has(runner) ? this.#rescue(name, client) : undefined;
      case 'succeed':
        return this.#succeed(runner, move, client);
      case 'end':
        return this.#tolerate(ALLOWED.worker, () => this.#end(runner, move, client));
      case 'speakAsGhost':
        return this.#tolerate(ALLOWED.worker, () => this.#haunt(move, name, client));
      case 'beat':
        return this.#tolerate([], () => this.#beat(runner, client, move.mask));
      case 'release':
        return this.#rescue(move.by, client);
      case 'pause':
      case 'resume':
        return name === 'A' ? this.#pause(move, client) : undefined;
      default:
        return this.#tolerate(
          ['unlockByHand', 'cancelAll'].includes(move.do) ? ALLOWED.ofMany : ALLOWED.operator,
          () => this.#operate(move, client),
        );
    }
  }

  async #enqueue({ job, isRolledBack }: Extract<Move, { do: 'enqueue' }>, client: pg.Client): Promise<void> {
    const isRepeatable = job.priority === 1;
    await client.query(`begin isolation level ${isRepeatable ? 'repeatable read' : 'read committed'}`);
    await this.#tolerate(isRepeatable ? ALLOWED.repeatableRead : [], async () => {
      const { id, isDuplicate } = await enqueue(client, amongOthers(job));
      if (job.sequence !== undefined) await client.query('select pg_sleep($1)', [STAY_OPEN_S]);
      await client.query(isRolledBack ? 'rollback' : 'commit');
      if (isRolledBack || isDuplicate) return;
      this.#all.push(id);
      if (job.sequence === undefined && job.keyMode !== 'ignore') this.#plain.push(id);
      if (job.retentionMs !== 0 || job.key) this.kept.add(id);
    });
    await client.query('rollback');
  }

  /** The handler of a job that the runner has, or had, enqueues under a unique key that may be its job's. */
  async #succeed(
    runner: StagedRunner,
    { pick, job, isRolledBack }: Extract<Move, { do: 'succeed' }>,
    client: pg.Client,
  ): Promise<void> {
    const runs = [...runner.runs.keys()];
    const succeeds = runs[pick % runs.length];
    if (succeeds !== undefined)
      await this.#enqueue({ do: 'enqueue', job: { ...job, succeeds }, isRolledBack }, client);
  }

  async #fetch(runner: StagedRunner, batchSize: number): Promise<void> {
    const pauses = this.#pauses[runner.queue];
    const jobs = await runner.fetch(batchSize).catch((error: { code?: string }) => {
      if (error.code === 'HWRET') this.#isRetired.add(runner);
      throw error;
    });
    const wasPaused = pauses % 2 === 1 && this.#pauses[runner.queue] === pauses;
    if (wasPaused) assert.deepEqual(jobs, [], 'a paused queue hands out nothing');
    if (wasPaused) this.#meet('fetch while paused');
    if (jobs.length > 0) this.#meet('fetched', jobs.length);
  }

  /** Also runs that it lost, or ended before: it does not know. */
  async #end(
    runner: StagedRunner,
    { picks, word, failure }: Extract<Move, { do: 'end' }>,
    handler: pg.Client,
  ) {
    const runs = [...runner.runs.values()].slice(-4);
    const jobs = [...new Set(picks.map((pick) => runs[pick % runs.length]))].filter(
      (run) => run !== undefined,
    );
    if (jobs.length === 0) return;
    await speak(runner, jobs, { word, failure, handler });
    const isAnswerLost = (picks[0] ?? 0) % 3 === 0; // then it says the same again
    if (!isAnswerLost) for (const { id } of jobs) runner.runs.delete(id);
  }

  async #haunt(
    { pick, word, failure }: Extract<Move, { do: 'speakAsGhost' }>,
    name: RunnerName,
    handler: pg.Client,
  ) {
    const ghost = this.#ghosts[name];
    const runs = [...(ghost?.runs.values() ?? [])];
    const run = runs[pick % runs.length];
    if (ghost && run) await speak(ghost, [run], { word, failure, handler });
  }

  async #beat(runner: StagedRunner, client: pg.Client, mask: number): Promise<void> {
    const running = [...runner.runs.keys()].filter((_, index) => (mask >> (index % 8)) & 1);
    const beats = (this.#beats.get(runner.token) ?? 0) + 1;
    this.#beats.set(runner.token, beats);
    await client.query('select howdah.heartbeat($1, $2)', [
      JSON.stringify([{ token: runner.token, running, max_running: null, is_leaving: false }]),
      beats,
    ]);
  }

  /** Whoever of the three holds it, and perhaps more than one of them at once. */
  async #rescue(name: RunnerName, client: pg.Client): Promise<void> {
    const { token } = this.slots[name];
    await client.query('select howdah.retire_runner($1, $2)', [token, 'no heartbeat']);
    await client.query('select howdah.release_runner($1)', [token]);
    if (this.slots[name].token !== token) return;
    this.#ghosts[name] = this.slots[name];
    this.slots[name] = await this.stage.addRunner(name, client);
  }

  async #pause(move: Extract<Move, { do: 'pause' | 'resume' }>, client: pg.Client): Promise<void> {
    const isPaused = this.#pauses[move.queue] % 2 === 1;
    if (move.do === 'pause') {
      await client.query('select howdah.pause_queue($1)', [move.queue]);
      if (!isPaused) this.#pauses[move.queue]++;
    } else {
      if (isPaused) this.#pauses[move.queue]++;
      await client.query('select howdah.resume_queue($1)', [move.queue]);
    }
  }

  async #operate(move: Move, client: pg.Client): Promise<void> {
    if (move.do === 'cancelAll') await client.query('select howdah.cancel_jobs(queue => $1)', [move.queue]);
    if (move.do === 'unlockByHand') await this.#unlock(this.slots[move.by], client);
    if (move.do === 'releaseLeftovers') {
      await client.query(`select howdah.release_leftovers($1, '{}')`, [this.slots[move.by].token]);
    }
    if (!('pick' in move)) return;
    const ids = move.do === 'retry' ? this.#plain : this.#all;
    const id = ids.at(-1 - (move.pick % Math.max(1, ids.length)));
    if (id === undefined) return;
    if (move.do === 'cancel') await client.query('select howdah.cancel_job($1, $2)', [id, move.reason]);
    if (move.do === 'discard') await client.query('select howdah.discard_job($1, $2)', [id, move.reason]);
    if (move.do === 'runNow') await client.query('select howdah.run_job_now($1)', [id]);
    if (move.do === 'reschedule') {
      await client.query('select howdah.reschedule_job($1, now() + $2::interval)', [
        id,
        `${move.delayMs} ms`,
      ]);
    }
    if (move.do === 'retry') {
      await client.query('select howdah.retry_job($1)', [id]);
      this.revivals.set(id, (this.revivals.get(id) ?? 0) + 1);
    }
  }

  async #unlock({ queue, poolId }: StagedRunner, client: pg.Client): Promise<void> {
    const schema = queue === 'default' ? 'graphile_worker' : 'graphile_worker_critical';
    await client.query(`select ${schema}.force_unlock_workers($1)`, [[poolId]]);
  }

  async #tolerate(codes: readonly string[], act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      const { code = 'no code', message } = error as { code?: string; message: string };
      const isCutOff = codes === ALLOWED.worker && /connection|ECONNRESET|EPIPE/i.test(message);
      if (!isCutOff && !codes.includes(code)) throw error;
      this.#meet(isCutOff ? 'cut off' : code);
    }
  }

  #meet(what: string, count = 1): void {
    this.met.set(what, (this.met.get(what) ?? 0) + count);
  }
}

/**
 * Who of the jobs with a key may be gone would not be known in time, as the replacement's retention counts: all are kept.
 * Sequences are left alone after a while: one that is stuck then stays so until the end, where it is found.
 */
function amongOthers(job: NewJob): NewJob {
  const age = Math.trunc(Date.now() / SEQUENCE_MS);
  return {
    ...job,
    ...(job.key === undefined ? {} : { retentionMs: HOUR_MS }),
    ...(job.sequence === undefined ? {} : { sequence: `${job.sequence} ${age}` }),
  };
}
