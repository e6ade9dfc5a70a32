import { isRefusal } from '../db/ask-alone.ts';
import { limitsOf } from '../db/connections/bounded-pool.ts';
import type { Database } from '../db/database.ts';
import { isDatabaseUnavailable } from '../db/is-database-unavailable.ts';
import { type PgQueryable, queryRows } from '../db/sql-client.ts';
import { transactAlone } from '../db/transact-alone.ts';
import { HowdahError } from '../errors.ts';
import { Gathering } from './gathering.ts';
import type { Actor } from './transaction-as.ts';

/** A job with nothing but these, which its task's definition or its caller has given. */
export interface GatheredJob {
  task: string;
  queue: string;
  /** JSON, as it is stored. */
  payload: string;
  maxRetries: number;
  priority: number;
  actor: Actor;
}

/** What was written. */
export interface GatheredRow {
  id: string;
  queue: string;
  /** Milliseconds since 1970. */
  due: string;
  retries: string;
  duplicate: 'false';
}

/** Statements of a queue that are under way at a time: while the server works on one, the next comes together. */
const PLACES = 2;

/** A statement takes as many jobs at most, and as many characters of payload; a longer payload goes by itself. */
const MOST_JOBS = 100;
const MOST_CHARACTERS = 256 * 1024;

const ENQUEUE_TOGETHER = `
  select job_id::text as id, (extract(epoch from job_run_at) * 1000)::text as due, job_max_retries::text as retries
  from howdah.enqueue_together($1::text, $2::text::json)`;

/**
 * Enqueues single jobs, each with its row of the audit log. Those that are asked for while others of their queue are on their way
 * go together, in a transaction that is theirs; one that is asked for while nothing is under way goes by itself at once. When
 * the server refuses those that went together, nothing of them was done, and each goes by itself: so nobody is refused for
 * another's mistake, and what is told of one's own is the same.
 *
 * As a client of the database it is one of whose statements each is a transaction by itself. Only where `standsAlone`.
 */
export class EnqueueTogether implements PgQueryable {
  readonly #db: Database;
  readonly #byQueue = new Map<string, Gathering<GatheredJob, GatheredRow>>();

  constructor(db: Database) {
    this.#db = db;
  }

  async query(text: string, values: unknown[]): Promise<{ rows: unknown[] }> {
    return { rows: await transactAlone(this.#db, (tx) => queryRows(tx, text, values)) };
  }

  /**
   * @param alone enqueues it by itself
   * @throws what `alone` throws; {@link HowdahError} `unavailable` when those before it take too long; `outcome_unknown`
   */
  enqueue(job: GatheredJob, alone: () => Promise<GatheredRow>): Promise<GatheredRow> {
    return this.#gatheringOf(job.queue).add(job, alone);
  }

  /** A queue's own: whoever holds the table of one holds up no other. */
  #gatheringOf(queue: string): Gathering<GatheredJob, GatheredRow> {
    const before = this.#byQueue.get(queue);
    if (before) return before;
    const gathering = new Gathering<GatheredJob, GatheredRow>({
      places: PLACES,
      mostItems: MOST_JOBS,
      mostSize: MOST_CHARACTERS,
      sizeOf: ({ payload }) => payload.length,
      waitMs: limitsOf(this.#db)?.waitMs ?? Number.POSITIVE_INFINITY,
      together: (jobs) => this.#send(queue, jobs),
      tooLate: () => new HowdahError('unavailable', { detail: LATE, retryAfterSeconds: 1 }),
    });
    this.#byQueue.set(queue, gathering);
    return gathering;
  }

  /** Undefined when the server refused them. */
  async #send(queue: string, jobs: readonly GatheredJob[]): Promise<GatheredRow[] | undefined> {
    try {
      const values = [queue, toJson(jobs)];
      const ask = (tx: PgQueryable) => queryRows<Omit<GatheredRow, 'queue'>>(tx, ENQUEUE_TOGETHER, values);
      const rows = await transactAlone(this.#db, ask);
      return rows.map(({ id, due, retries }) => ({ id, queue, due, retries, duplicate: 'false' }));
    } catch (error) {
      if (isRefusal(error) && !isDatabaseUnavailable(error)) return undefined;
      throw error;
    }
  }
}

const LATE = 'The database takes long to enqueue what was sent before';

function toJson(jobs: readonly GatheredJob[]): string {
  return JSON.stringify(
    jobs.map(({ task, payload, maxRetries, priority, actor }) => ({
      ...{ task, payload, max_retries: maxRetries, priority },
      ...{ actor: actor.name, request_id: actor.requestId },
    })),
  );
}
