import assert from 'node:assert/strict';
import { assertFetch } from './assert-fetch.ts';
import type { Fetched } from './engine-statements.ts';
import { enqueue } from './enqueue.ts';
import { isWaiting, type JobModel } from './job-model.ts';
import type { Failure, NewJob, QueueModel } from './queue-model.ts';
import type { RunnerName } from './stage.ts';
import { PLACES, type QueueName } from './staged-runner.ts';
import { assertAgree, assertRefused, type Crew, speak, type Word, type World } from './world.ts';

const HOUR_MS = 3_600_000;

/** Operators act on the latest jobs: they are the ones in every state. */
const RECENT = 12;

/**
 * Something that somebody does, in the model and on the database. `pick` chooses among what there is, modulo.
 * A move that makes no sense now (nothing to choose from) is not made.
 */
export type Move =
  | { do: 'enqueue'; job: NewJob; isRolledBack: boolean }
  | { do: 'succeed'; by: RunnerName; pick: number; job: NewJob; isRolledBack: boolean }
  | { do: 'fetch'; by: RunnerName; batchSize: number }
  | { do: 'end'; by: RunnerName; picks: number[]; word: Word; failure: Failure }
  | { do: 'endStale'; by: RunnerName; pick: number; word: Word; failure: Failure }
  | { do: 'speakAsGhost'; pick: number; word: Word; failure: Failure }
  | { do: 'recordStart'; by: RunnerName; pick: number }
  | { do: 'beat'; by: RunnerName; mask: number }
  | { do: 'retire'; by: RunnerName; because: 'its process is gone' | 'stopped' }
  | { do: 'release'; by: RunnerName }
  | { do: 'releaseLeftovers'; by: RunnerName; mask: number }
  | { do: 'unlockByHand'; by: RunnerName }
  | { do: 'cancel'; pick: number; reason: string | null }
  | { do: 'discard'; pick: number; reason: string | null }
  | { do: 'cancelAll'; queue: QueueName; reason: string | null }
  | { do: 'retry'; pick: number }
  | { do: 'runNow'; pick: number }
  | { do: 'reschedule'; pick: number; delayMs: number }
  | { do: 'pause'; queue: QueueName }
  | { do: 'resume'; queue: QueueName }
  | { do: 'timePasses'; pick: number }
  | { do: 'uniqueTimeIsUp'; pick: number };

type Act<Kind extends Move['do']> = (
  move: Extract<Move, { do: Kind }>,
  model: QueueModel,
  world: World,
) => Promise<void>;

export async function make(move: Move, model: QueueModel, world: World): Promise<void> {
  await (ACTS[move.do] as Act<Move['do']>)(move as never, model, world);
}

/** Whether there is something for it to act on. */
export function makesSense(move: Move, model: Pick<QueueModel, 'jobs' | 'uniqueLocks'>): boolean {
  if (move.do === 'uniqueTimeIsUp') return model.uniqueLocks.size > 0;
  return !('pick' in move) || model.jobs.size > 0;
}

const ACTS: { [Kind in Move['do']]: Act<Kind> } = {
  async enqueue({ job, isRolledBack }, model, world) {
    const { operator } = world.stage;
    const holder = model.holderFor(job);
    await operator.query('begin');
    const { id, isDuplicate } = await enqueue(operator, job);
    await operator.query(isRolledBack ? 'rollback' : 'commit');
    assert.equal(isDuplicate, holder !== undefined);
    if (holder) assert.equal(id, holder.id);
    else if (!isRolledBack) model.enqueue(id, job);
    world.isNoEffect = holder !== undefined || isRolledBack;
  },

  /** The handler of a running job enqueues under the unique key of its job, if that has one. */
  async succeed({ by, pick, job, isRolledBack }, model, world) {
    const held = model.ownedBy(world.crews[by].runner.poolId);
    const running = held[pick % held.length];
    if (!running) return;
    const successor = { ...job, uniqueKey: running.uniqueKey ?? 'u1', succeeds: running.id };
    await ACTS.enqueue({ do: 'enqueue', job: successor, isRolledBack }, model, world);
  },

  async fetch({ by, batchSize }, model, world) {
    const { runner, retiredBecause } = world.crews[by];
    if (retiredBecause !== null) return refuseRetired(world, () => runner.fetch(batchSize));
    const jobs = await runner.fetch(batchSize);
    const clock = await world.ask<string>('select (extract(epoch from clock_timestamp()) * 1000000)::bigint');
    assertFetch(jobs, model, { queue: runner.queue, batchSize, clock: Number(clock) });
    const fetchNumber = model.nextFetchNumber();
    for (const { id, attempts } of jobs) {
      model.start(model.get(id), { poolId: runner.poolId, fetchNumber });
      assert.equal(attempts, model.get(id).attempts);
    }
  },

  async end({ by, picks, word, failure }, model, world) {
    const { runner, retiredBecause } = world.crews[by];
    const held = model.ownedBy(runner.poolId);
    const jobs = [...new Set(picks.map((pick) => held[pick % held.length]))].filter(
      (job) => job !== undefined,
    );
    if (jobs.length === 0) return;
    const act = () =>
      speak(runner, runsOf(world.crews[by], jobs), { word, failure, handler: world.stage.operator });
    // The handler's own connection is nobody's, so it may end a job until that is given to somebody else.
    if (retiredBecause !== null && word !== 'completeInTransaction') return refuseRetired(world, act);
    await act();
    for (const job of jobs) endAs(word, failure, { job, model });
  },

  async endStale({ by, pick, word, failure }, model, world) {
    const crew = world.crews[by];
    const ended = [...crew.runner.runs.values()].filter(({ id }) => !isHeld(model.get(id), crew));
    const live = ended.filter(({ id }) => model.get(id).state === 'live');
    const lost = live.length > 0 ? live : ended;
    const run = lost[pick % lost.length];
    if (!run) return;
    const act = () => speak(crew.runner, [run], { word, failure, handler: world.stage.operator });
    world.isNoEffect = true;
    if (word === 'completeInTransaction') await assertRefused(act, 'HWLST');
    else if (crew.retiredBecause !== null) await assertRefused(act, 'HWRET');
    else if (word === 'completeMany' && live.length > 0)
      await assertRefused(act, 'HWLST'); // by its id alone
    else await act();
  },

  async speakAsGhost({ pick, word, failure }, _model, world) {
    const ghost = world.ghosts[pick % world.ghosts.length];
    const runs = [...(ghost?.runs.values() ?? [])];
    const run = runs[pick % runs.length];
    if (!ghost || !run) return;
    world.isNoEffect = true;
    const act = () => speak(ghost, [run], { word, failure, handler: world.stage.operator });
    await assertRefused(act, word === 'completeInTransaction' ? 'HWLST' : 'HWRET');
    await assertRefused(() => ghost.fetch(1), 'HWRET');
  },

  async recordStart({ by, pick }, model, world) {
    const { runner } = world.crews[by];
    const held = model.ownedBy(runner.poolId);
    const job = held[pick % held.length];
    if (!job) return;
    await world.ask(
      `insert into howdah.job_starts (job_id, token) values ($1, $2)
       on conflict (job_id) do update set token = excluded.token`,
      [job.id, runner.token],
    );
    model.starts.set(job.id, runner.token);
  },

  async beat({ by, mask }, model, world) {
    const crew = world.crews[by];
    const running = choose(model.ownedBy(crew.runner.poolId), mask);
    const cancelled = await world.ask<string[] | undefined>(
      'select cancelled::text[] from howdah.heartbeat($1, $2)',
      [
        JSON.stringify([{ token: crew.runner.token, running, max_running: null, is_leaving: false }]),
        ++crew.beats,
      ],
    );
    if (crew.retiredBecause === null) crew.beaten = running;
    const known = model
      .live()
      .filter((job) => job.cancelled)
      .map(({ id }) => id);
    assert.deepEqual(cancelled?.toSorted(), crew.retiredBecause === null ? known.toSorted() : undefined);
  },

  async retire({ by, because }, _model, world) {
    const crew = world.crews[by];
    const wasAlive = await world.ask<boolean>('select howdah.retire_runner($1, $2)', [
      crew.runner.token,
      because,
    ]);
    assert.equal(wasAlive, crew.retiredBecause === null);
    crew.retiredBecause ??= because;
  },

  async release({ by }, model, world) {
    const crew = world.crews[by];
    const { runner, retiredBecause } = crew;
    const act = () => world.ask<number>('select jobs from howdah.release_runner($1)', [runner.token]);
    if (retiredBecause === null) return assertRefused(act, 'HWRET');
    const held = model.ownedBy(runner.poolId);
    assert.equal(await act(), held.length);
    const placed = placedAmong(held);
    for (const job of held) {
      const isLoss = retiredBecause !== 'stopped';
      const wasAtWork = crew.beaten.includes(job.id) || model.starts.get(job.id) === runner.token;
      const hadPlace = placed.includes(job);
      model.release(job, { isLoss, wasRunning: isLoss && wasAtWork, hadPlace, because: retiredBecause });
    }
    for (const [id, token] of model.starts) if (token === runner.token) model.starts.delete(id);
    await world.replaceCrew(by);
  },

  async releaseLeftovers({ by, mask }, model, world) {
    const { runner, retiredBecause } = world.crews[by];
    if (retiredBecause !== null) return;
    const held = model.ownedBy(runner.poolId);
    const keep = choose(held, mask);
    const left = held.filter(({ id }) => !keep.includes(id));
    const count = await world.ask<number>('select howdah.release_leftovers($1, $2)', [runner.token, keep]);
    assert.equal(count, left.length);
    const given = { isLoss: false, wasRunning: false, hadPlace: false, because: '' };
    for (const job of left) model.release(job, given);
  },

  async unlockByHand({ by }, model, world) {
    const crew = world.crews[by];
    const held = model.ownedBy(crew.runner.poolId);
    const schema = crew.runner.queue === 'default' ? 'graphile_worker' : 'graphile_worker_critical';
    await world.ask(`select ${schema}.force_unlock_workers($1)`, [[crew.runner.poolId]]);
    for (const job of held) model.unlock(job, job.attempts);
    if (held.length > 0) crew.retiredBecause ??= 'its jobs were unlocked by hand';
  },

  async cancel({ pick, reason }, model, world) {
    const job = anyJob(model, pick);
    const act = () => world.ask<string>('select howdah.cancel_job($1, $2)', [job.id, reason]);
    await assertAgree(() => model.cancel(job, reason), act);
  },

  async cancelAll({ queue, reason }, model, world) {
    const live = model.live().filter((job) => job.queue === queue && !job.cancelled);
    const count = await world.ask<number>('select howdah.cancel_jobs(queue => $1, reason => $2)', [
      queue,
      reason,
    ]);
    assert.equal(count, live.length);
    for (const job of live) model.cancel(job, reason);
  },

  async discard({ pick, reason }, model, world) {
    const job = anyJob(model, pick);
    const act = () => world.ask<string>('select howdah.discard_job($1, $2)', [job.id, reason]);
    await assertAgree(() => model.discard(job, reason), act);
  },

  async retry({ pick }, model, world) {
    const job = anyJob(model, pick);
    if (job.state !== 'live') world.revived = job.id;
    await assertAgree(
      () => model.retry(job),
      () => world.ask<string>('select howdah.retry_job($1)', [job.id]),
    );
  },

  async runNow({ pick }, model, world) {
    const job = anyJob(model, pick);
    await assertAgree(
      () => model.move(job, 0),
      () => world.ask<string>('select howdah.run_job_now($1)', [job.id]),
    );
  },

  async reschedule({ pick, delayMs }, model, world) {
    const job = anyJob(model, pick);
    const text = `select howdah.reschedule_job($1, now() + $2::interval)`;
    await assertAgree(
      () => model.move(job, delayMs),
      () => world.ask<string>(text, [job.id, `${delayMs} ms`]),
    );
  },

  async pause({ queue }, model, world) {
    const isNew = await world.ask<boolean>('select howdah.pause_queue($1)', [queue]);
    assert.equal(isNew, !model.paused.has(queue));
    model.paused.add(queue);
  },

  async resume({ queue }, model, world) {
    const wasPaused = await world.ask<boolean>('select howdah.resume_queue($1)', [queue]);
    assert.equal(wasPaused, model.paused.delete(queue));
  },

  /** An hour passes for one job that waits: whatever instant it waits for is an hour earlier. */
  async timePasses({ pick }, model, world) {
    const waiting = model.live().filter(isWaiting);
    const job = waiting[pick % waiting.length];
    if (!job) return;
    const schema = job.queue === 'default' ? 'graphile_worker' : 'graphile_worker_critical';
    await world.ask(`update ${schema}._private_jobs set run_at = run_at - $2::interval where id = $1`, [
      job.id,
      `${2 * HOUR_MS} ms`,
    ]);
    if (typeof job.due === 'number') job.due -= 2 * HOUR_MS * 1000;
  },

  async uniqueTimeIsUp({ pick }, model, world) {
    const locks = [...model.uniqueLocks.values()];
    const lock = locks[pick % locks.length];
    if (!lock) return;
    await world.ask(`update howdah.unique_locks set expires_at = now() - interval '1 s' where job_id = $1`, [
      lock.jobId,
    ]);
    lock.isExpired = true;
    model.expired.add(lock.jobId);
  },
};

/** Those of what a runner holds that are no more than its places, together with all that it fetched before or with them. */
function placedAmong(held: readonly JobModel[]): JobModel[] {
  return held.filter(
    (job) => held.filter(({ fetchNumber }) => fetchNumber <= job.fetchNumber).length <= PLACES,
  );
}

async function refuseRetired(world: World, act: () => Promise<unknown>): Promise<void> {
  world.isNoEffect = true;
  await assertRefused(act, 'HWRET');
}

function anyJob(model: QueueModel, pick: number): JobModel {
  const jobs = [...model.jobs.values()].slice(-RECENT);
  const job = jobs[pick % jobs.length];
  assert.ok(job);
  return job;
}

function isHeld({ state, owner }: JobModel, { runner }: Crew): boolean {
  return state === 'live' && owner === runner.poolId;
}

function choose(held: JobModel[], mask: number): string[] {
  return held.filter((_, index) => (mask >> (index % 8)) & 1).map(({ id }) => id);
}

function runsOf({ runner }: Crew, jobs: JobModel[]): Fetched[] {
  return jobs.map(({ id }) => runner.runs.get(id)).filter((run) => run !== undefined);
}

function endAs(word: Word, failure: Failure, { job, model }: { job: JobModel; model: QueueModel }): void {
  if (word === 'fail') model.fail(job, failure);
  else if (word === 'giveBack') model.unlock(job, job.attempts - 1);
  else model.complete(job);
}
