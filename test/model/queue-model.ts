import assert from 'node:assert/strict';
import { TASK } from './engine-statements.ts';
import { after, type Due, isRunning, isWaiting, type JobModel } from './job-model.ts';
import type { Snapshot } from './snapshot.ts';
import type { QueueName } from './staged-runner.ts';

export interface NewJob {
  task?: string;
  queue: QueueName;
  delayMs?: number;
  maxRetries: number;
  priority: number;
  retentionMs?: number;
  key?: string;
  keyMode?: 'replace' | 'preserve_run_at' | 'ignore';
  uniqueKey?: string;
  uniqueForMs?: number;
  sequence?: string;
  debounceMs?: number;
  maxWaitMs?: number;
  succeeds?: string;
}

/** A verdict's kind and wait; `plain` is an error of a task run without Howdah. */
export interface Failure {
  kind: 'retry' | 'discard' | 'cancel' | 'cancelled' | 'snooze' | 'return' | 'done' | 'plain';
  delayMs: number;
  message: string;
}

type Release = { isLoss: boolean; wasRunning: boolean; hadPlace: boolean; because: string };
type End = { state: 'completed' | 'discarded' | 'cancelled'; attempts: number; lastError: string | null };

/** Raised where the database refuses: the SQLSTATE. */
export class Refusal extends Error {
  readonly code: string;

  constructor(code: string) {
    super(`refused with ${code}`);
    this.code = code;
  }
}

/** The queue engine as docs/life-of-a-job.md describes it, in memory, for one command at a time. */
export class QueueModel {
  readonly jobs = new Map<string, JobModel>();
  readonly uniqueLocks = new Map<string, { jobId: string; isExpired: boolean }>();
  readonly paused = new Set<QueueName>();
  /** Token of the runner that recorded a job's start. */
  readonly starts = new Map<string, string>();
  /** Live jobs whose unique key's time is up. */
  readonly expired = new Set<string>();
  /** What the database looked like after the last command. */
  last: Snapshot | undefined;
  #fetchCount = 0;

  nextFetchNumber(): number {
    return ++this.#fetchCount;
  }

  live(): JobModel[] {
    return [...this.jobs.values()].filter((job) => job.state === 'live');
  }

  get(id: string): JobModel {
    const job = this.jobs.get(id);
    assert.ok(job, `the model knows no job ${id}`);
    return job;
  }

  ownedBy(poolId: string): JobModel[] {
    return this.live().filter((job) => job.owner === poolId);
  }

  /** The holder of its unique key, which refuses it. */
  holderFor(job: NewJob): JobModel | undefined {
    const lock = job.uniqueKey === undefined ? undefined : this.uniqueLocks.get(job.uniqueKey);
    const holder = lock && !lock.isExpired ? this.get(lock.jobId) : undefined;
    const givesUp = holder?.id === job.succeeds && holder && isRunning(holder) && !holder.cancelled;
    return givesUp ? undefined : holder;
  }

  /** Takes note of an enqueue that was answered with this id. */
  enqueue(id: string, asked: NewJob): void {
    const before = asked.key === undefined ? undefined : this.#holderOfKey(asked.key, asked);
    if (before && asked.keyMode === 'ignore') {
      assert.equal(id, before.id);
      return;
    }
    if (before && isRunning(before)) {
      before.key = null;
      before.maxAttempts = before.attempts;
    } else if (before && before.sequence === (asked.sequence ?? null)) {
      assert.equal(id, before.id);
      this.#replace(before, asked);
      return;
    }
    assert.ok(!this.jobs.has(id), `job ${id} is new`);
    if (asked.succeeds !== undefined) this.#succeed(this.get(asked.succeeds), asked);
    const job = this.#create(id, asked, before);
    if (before && isWaiting(before)) this.cancel(before, reasonToMove(asked));
    this.jobs.set(id, job);
    if (asked.uniqueKey !== undefined) this.uniqueLocks.set(asked.uniqueKey, { jobId: id, isExpired: false });
  }

  start(job: JobModel, { poolId, fetchNumber }: { poolId: string; fetchNumber: number }): void {
    job.attempts++;
    job.owner = poolId;
    job.fetchNumber = fetchNumber;
  }

  complete(job: JobModel): void {
    const { attempts, cancelled } = job;
    const lastError = cancelled?.reason ?? job.lastError;
    this.end(job, { state: cancelled ? 'cancelled' : 'completed', attempts, lastError });
  }

  fail(job: JobModel, { kind: asked, delayMs, message }: Failure): void {
    if (asked === 'done') return;
    const isError = ['retry', 'plain', 'discard', 'cancel'].includes(asked);
    const isOver = (asked === 'retry' || asked === 'plain') && job.attempts >= job.maxAttempts;
    const kind = job.cancelled ? 'cancel' : isOver ? 'discard' : asked;
    if (kind === 'snooze' || kind === 'retry' || kind === 'plain') job.deaths = 0;
    if (kind === 'snooze' || kind === 'return' || kind === 'cancelled') {
      this.unlock(job, job.attempts - 1);
      if (kind === 'snooze') job.due = after(delayMs);
      return;
    }
    if (isError) {
      job.lastError = message;
      job.errors.push(kind === 'plain' ? 'retry' : kind);
    }
    if (kind === 'cancel' || kind === 'discard') {
      const lastError = job.cancelled?.reason ?? job.lastError;
      const state = kind === 'cancel' ? 'cancelled' : 'discarded';
      this.end(job, { state, attempts: job.attempts, lastError });
      return;
    }
    job.due = kind === 'plain' ? defaultDelay(job.attempts) : after(delayMs);
    this.unlock(job, job.attempts);
  }

  /** Its lock comes off; a job that was cancelled meanwhile, or has no attempt left, ends. */
  unlock(job: JobModel, attempts: number): void {
    if (job.cancelled) {
      this.end(job, { state: 'cancelled', attempts, lastError: job.cancelled.reason ?? job.lastError });
    } else if (attempts >= job.maxAttempts) {
      this.end(job, { state: 'discarded', attempts, lastError: job.lastError });
    } else {
      job.attempts = attempts;
      job.owner = null;
    }
  }

  /** What a lost or leaving runner held is given back. @param hadPlace it may have run since the last heartbeat */
  release(job: JobModel, { isLoss, wasRunning, hadPlace, because }: Release) {
    if (wasRunning || (isLoss && job.deaths === 0)) job.deaths++;
    if (!wasRunning) {
      const isPaid = isLoss && hadPlace;
      const isLast = isPaid && job.attempts >= job.maxAttempts;
      if (isLoss) job.errors.push(job.cancelled ? 'cancel' : isLast ? 'discard' : 'retry');
      if (isPaid)
        job.lastError = `its completion was not recorded as its worker was lost; it may have run: ${because}`;
      this.unlock(job, isPaid ? job.attempts : job.attempts - 1);
      return;
    }
    const isPoison = job.deaths >= 3;
    job.lastError = isPoison
      ? `poison: ${job.deaths} workers were lost while running this job; last: ${because}`
      : `its worker was lost during this run: ${because}`;
    if (job.deaths >= 2) job.due = { fromMs: 1000, toMs: 5000 };
    const isOver = isPoison || job.attempts >= job.maxAttempts;
    job.errors.push(job.cancelled ? 'cancel' : isOver ? 'discard' : 'retry');
    if (isPoison && !job.cancelled)
      this.end(job, { state: 'discarded', attempts: job.attempts, lastError: job.lastError });
    else this.unlock(job, job.attempts);
  }

  cancel(job: JobModel, reason: string | null): string {
    if (job.state !== 'live') throw new Refusal(job.state === 'gone' ? 'HWJOB' : 'HWSTA');
    if (isRunning(job)) {
      job.cancelled ??= { reason };
      return 'running';
    }
    this.end(job, { state: 'cancelled', attempts: job.attempts, lastError: reason ?? job.lastError });
    return 'cancelled';
  }

  discard(job: JobModel, reason: string | null): string {
    if (job.state === 'gone') throw new Refusal('HWJOB');
    if (!isWaiting(job)) throw new Refusal('HWSTA');
    this.end(job, { state: 'discarded', attempts: job.attempts, lastError: reason ?? job.lastError });
    return 'discarded';
  }

  /** Run now, with no delay, and reschedule. */
  move(job: JobModel, delayMs: number): string {
    if (job.state === 'gone') throw new Refusal('HWJOB');
    if (!isWaiting(job) || job.parked) throw new Refusal('HWSTA');
    job.due = after(delayMs);
    if (delayMs === 0) return 'available';
    return job.lastError === null ? 'scheduled' : 'retryable';
  }

  retry(job: JobModel): string {
    if (job.state === 'gone') throw new Refusal('HWJOB');
    if (job.state === 'live') return this.move(job, 0);
    const lock = job.uniqueKey === null ? undefined : this.uniqueLocks.get(job.uniqueKey);
    if (lock && !lock.isExpired) throw new Refusal('HWSTA');
    if (job.key !== null && this.#holderOfKey(job.key, job)) throw new Refusal('HWSTA');
    const isParked = this.#hasSequenceJobs(job.sequence);
    if (job.uniqueKey !== null) this.uniqueLocks.set(job.uniqueKey, { jobId: job.id, isExpired: false });
    const parked = isParked ? { wanted: undefined } : null;
    const due = isParked ? Number.POSITIVE_INFINITY : after(0);
    Object.assign(job, { state: 'live', attempts: 0, owner: null, lastError: null, deaths: 0, parked, due });
    job.debouncedSince = null;
    return isParked ? 'scheduled' : 'available';
  }

  /** The last to own it stays its owner. */
  end(job: JobModel, { state, attempts, lastError }: End): void {
    const wasParked = job.parked !== null;
    Object.assign(job, {
      state: job.isKept ? state : 'gone',
      attempts,
      lastError,
      cancelled: null,
      parked: null,
    });
    if (!job.isKept) job.errors = [];
    this.expired.delete(job.id);
    for (const [key, lock] of this.uniqueLocks) if (lock.jobId === job.id) this.uniqueLocks.delete(key);
    if (job.sequence !== null && !wasParked) this.#promote(job.sequence);
  }

  #holderOfKey(
    key: string,
    { queue, task = TASK }: { queue: QueueName; task?: string },
  ): JobModel | undefined {
    return this.live().find((job) => job.key === key && job.queue === queue && job.task === task);
  }

  /** A running job gives its unique key up to the next, and what is left of its retries. */
  #succeed(job: JobModel, { uniqueKey }: NewJob): void {
    const lock = this.uniqueLocks.get(uniqueKey ?? '');
    if (!isRunning(job) || job.cancelled || lock?.jobId !== job.id || lock.isExpired) return;
    job.uniqueKey = null;
    job.maxAttempts = job.attempts;
  }

  #hasSequenceJobs(sequence: string | null | undefined): boolean {
    return sequence != null && this.live().some((job) => job.sequence === sequence);
  }

  /** @param before the job that had its key */
  #create(id: string, asked: NewJob, before?: JobModel): JobModel {
    const waiting = before && isWaiting(before) ? before : undefined;
    const debouncedSince = asked.debounceMs === undefined ? null : periodOf(waiting);
    const wish = wantedBy(asked, { waiting, debouncedSince });
    const wanted = wish ?? (asked.key === undefined ? undefined : after(0));
    const isParked = this.#hasSequenceJobs(asked.sequence);
    return {
      id,
      task: asked.task ?? TASK,
      queue: asked.queue,
      state: 'live',
      attempts: 0,
      fetchNumber: 0,
      maxAttempts: asked.maxRetries + 1,
      priority: asked.priority,
      due: isParked ? Number.POSITIVE_INFINITY : (wanted ?? after(0)),
      owner: null,
      lastError: null,
      key: asked.key ?? null,
      isKept: asked.retentionMs !== 0,
      deaths: 0,
      cancelled: null,
      uniqueKey: asked.uniqueKey ?? null,
      sequence: asked.sequence ?? null,
      parked: isParked ? { wanted } : null,
      debouncedSince,
      errors: [],
    };
  }

  #replace(job: JobModel, asked: NewJob): void {
    const { errors, parked: place } = job;
    const next = this.#create(job.id, asked, job);
    const { wanted } = next.parked ?? { wanted: next.due };
    const parked = place ? { wanted } : null;
    const due = place ? Number.POSITIVE_INFINITY : (wanted ?? after(0));
    Object.assign(job, next, { errors, parked, due });
  }

  /** The next of a sequence whose released job ended. */
  #promote(sequence: string): void {
    const [next] = this.live()
      .filter((job) => job.sequence === sequence && job.parked)
      .sort((a, b) => Number(a.id) - Number(b.id));
    if (!next?.parked) return;
    const { wanted } = next.parked;
    next.due = after(0, typeof wanted === 'number' ? wanted : undefined);
    next.parked = null;
  }
}

/** Since when a debounced enqueue of its key has put the waiting job off. */
function periodOf(waiting: JobModel | undefined): Due {
  return (waiting?.attempts === 0 ? waiting.debouncedSince : null) ?? after(0);
}

/** When the job asked for wants to run; undefined for at once. */
function wantedBy(
  { keyMode, debounceMs, maxWaitMs, delayMs }: NewJob,
  { waiting, debouncedSince }: { waiting: JobModel | undefined; debouncedSince: Due | null },
): Due | undefined {
  if (keyMode === 'preserve_run_at' && waiting?.attempts === 0)
    return waiting.parked ? waiting.parked.wanted : waiting.due;
  if (debounceMs === undefined) return delayMs === undefined ? undefined : after(delayMs);
  const isBound = maxWaitMs !== undefined && typeof debouncedSince === 'number';
  const atMost = isBound ? debouncedSince + maxWaitMs * 1000 : undefined;
  return { fromMs: debounceMs, toMs: debounceMs, atMost };
}

function reasonToMove({ sequence }: NewJob): string {
  return `its key was enqueued again ${sequence === undefined ? 'in no sequence' : `in the sequence ${sequence}`}`;
}

/** asynq's formula, as the database has it. */
function defaultDelay(attempts: number): { fromMs: number; toMs: number } {
  const seconds = (attempts - 1) ** 4 + 15;
  return { fromMs: seconds * 1000, toMs: (seconds + 29 * attempts) * 1000 };
}
