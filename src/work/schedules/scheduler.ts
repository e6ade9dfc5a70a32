import { queryRows } from '../../db/sql-client.ts';
import { describeError } from '../../errors/describe-error.ts';
import type { Logger } from '../../observability/logger.ts';
import { exponentialDelay } from '../../tasks/retry-delay.ts';
import { SideWork } from '../process/side-work.ts';
import type { Schedule } from './crontab.ts';

const DUE = 'select identifiers, next_in_ms as "nextInMs" from howdah.due_schedules($1, $2)';
const RUN =
  'select enqueued, is_busy as "isBusy", ahead_until as "aheadUntil" from howdah.run_schedule($1, $2)';
const RECORD_FAULT = 'select howdah.record_schedule_fault($1, $2, $3)';

/** More than the locks that a statement waits for, and the ticks of one, can take. */
const STATEMENT_TIMEOUT_MS = 10_000;

/** Ticks of one entry in one statement; src/db/sql/schedules/cron_minutes.sql has the number too. */
const MOST_AT_ONCE = 100;

/** An entry that failed, or that somebody else holds, is tried again before its next minute. */
const retryDelay = exponentialDelay({ baseMs: 1_000, maxMs: 60_000 });

interface Look {
  /** Whether nothing failed and nothing was held by others. */
  isAllDone: boolean;
  /** When there will be something to do again. */
  nextInMs: number;
}

interface ScheduleRun {
  enqueued: number;
  isBusy: boolean;
  aheadUntil: Date | null;
}

export interface SchedulerOptions {
  connectionString: string;
  /** Those that this process serves. */
  queues: readonly string[];
  /** Of all queues; those of others are for others. */
  schedules: readonly Schedule[];
  log: Logger;
}

/**
 * Enqueues the jobs of some queues' schedules whenever the database's clock says so: it asks which are due, then runs each
 * by a statement of its own, so that one that fails, waits or cannot be read leaves the others alone. Any number of
 * processes may do this; each tick is enqueued once.
 */
export class Scheduler {
  readonly #options: SchedulerOptions;
  readonly #byQueue: ReadonlyMap<string, readonly Schedule[]>;
  readonly #work: SideWork;
  #failureCount = 0;

  constructor(options: SchedulerOptions) {
    this.#options = options;
    this.#work = new SideWork({
      ...options,
      name: 'schedules',
      statementMs: STATEMENT_TIMEOUT_MS,
      round: () => this.#round(),
    });
    this.#byQueue = Map.groupBy(
      options.schedules.filter(({ queue }) => options.queues.includes(queue)),
      ({ queue }) => queue,
    );
  }

  /** Nothing for queues without schedules. */
  start(): void {
    if (this.#byQueue.size > 0) this.#work.start();
  }

  /** Resolves once no statement of its own is under way. Safe to call twice. */
  stop(): Promise<void> {
    return this.#work.stop();
  }

  /** @returns in how many milliseconds the next one is due */
  async #round(): Promise<number> {
    const looks: Look[] = [];
    for (const [queue, schedules] of this.#byQueue) looks.push(await this.#serve(queue, schedules));
    const isAllDone = looks.every((look) => look.isAllDone);
    this.#failureCount = isAllDone ? 0 : this.#failureCount + 1;
    const nextInMs = Math.min(...looks.map((look) => look.nextInMs));
    return isAllDone ? nextInMs : Math.min(nextInMs, 250 + retryDelay(this.#failureCount, new Error()));
  }

  async #serve(queue: string, schedules: readonly Schedule[]): Promise<Look> {
    const { log } = this.#options;
    try {
      const values = [queue, JSON.stringify(schedules.map(toTimes))];
      const [row] = await queryRows<{ identifiers: string[]; nextInMs: number }>(this.#work.db, DUE, values);
      if (!row) throw new Error('howdah.due_schedules returned no row');
      let isAllDone = true;
      for (const schedule of schedules.filter(({ identifier }) => row.identifiers.includes(identifier))) {
        isAllDone = (await this.#tryOne(schedule)) && isAllDone;
      }
      return { isAllDone, nextInMs: row.nextInMs };
    } catch (err) {
      log.warn({ err, queue }, 'could not look for schedules that are due');
      return { isAllDone: false, nextInMs: 60_000 };
    }
  }

  /** @returns whether there is nothing left to do for it now */
  async #tryOne(schedule: Schedule): Promise<boolean> {
    const { identifier, queue } = schedule;
    try {
      return await this.#runOne(schedule);
    } catch (err) {
      this.#options.log.error(
        { queue, schedule: identifier, err },
        'a schedule could not enqueue its job, will try again',
      );
      await this.#record(schedule, err);
      return false;
    }
  }

  async #runOne(schedule: Schedule): Promise<boolean> {
    const { queue } = schedule;
    const values = [queue, JSON.stringify(toEntry(schedule))];
    while (!this.#work.stopping.aborted) {
      const [row] = await queryRows<ScheduleRun>(this.#work.db, RUN, values);
      if (!row || row.isBusy) return false;
      if (row.aheadUntil) {
        const fields = { queue, schedule: schedule.identifier, ahead_until: row.aheadUntil };
        this.#options.log.warn(
          fields,
          'a schedule was marked as done ahead of time, by a clock that is wrong; it goes on',
        );
      }
      if (row.enqueued < MOST_AT_ONCE) break;
    }
    return true;
  }

  async #record({ queue, identifier }: Schedule, error: unknown): Promise<void> {
    const { message } = describeError(error);
    await queryRows(this.#work.db, RECORD_FAULT, [queue, identifier, message]).catch(() => {});
  }
}

/** As howdah.due_schedules reads it. */
function toTimes({ identifier, cron, options }: Schedule) {
  return { identifier, cron, fill_ms: options.fillMs };
}

/** As howdah.run_schedule reads it. */
function toEntry(schedule: Schedule) {
  const { task, options, payload } = schedule;
  const { maxAttempts, priority, jobKey, jobKeyMode } = options;
  return {
    ...toTimes(schedule),
    ...{ task, max_attempts: maxAttempts, priority, job_key: jobKey, job_key_mode: jobKeyMode },
    payload: payload ?? {},
  };
}
