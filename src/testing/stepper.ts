import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Pool } from 'pg';
import { createEventHub, type EventHub } from '../observability/event-hub.ts';
import type { HowdahEvents } from '../observability/events.ts';
import { Slots } from '../work/runner/slots.ts';
import { type LeftJob, type NextJob, readLeftJob, wakeWorkers } from './due-jobs.ts';

/** How long a job that is due may take to begin: a runner that had to be replaced is back by then. */
const BEGIN_MS = 10_000;

/** Notifications are lost while a runner is being replaced, and one that comes during a fetch may tell nothing new. */
const WAKE_AGAIN_MS = 100;

const LOOK_MS = 5;

type Completed = HowdahEvents['job.completed'][0];
type Failed = HowdahEvents['job.failed'][0];

/** How a run ended, and what it left in the database. */
export interface Step {
  readonly event: Completed | Failed;
  readonly left: LeftJob | undefined;
}

/** Has a processor that is made with its `events` and `places` run one job at a time, each when it is told to. */
export class Stepper {
  readonly events: EventHub = createEventHub();
  readonly #pool: Pool;
  readonly #places = new Map<string, Slots>();

  constructor(pool: Pool) {
    this.#pool = pool;
    // In the very moment a run begins, before anything else can take a place.
    this.events.on('job.started', ({ queue }) => this.placesOf(queue).setLimit(0));
  }

  readonly placesOf = (queue: string): Slots => {
    const places = this.#places.get(queue) ?? new Slots(0);
    this.#places.set(queue, places);
    return places;
  };

  /**
   * One run in the job's queue, until the database knows its end.
   *
   * @throws {Error} naming the job when no run begins within 10 s, or its end is not the database's
   */
  async step(next: NextJob): Promise<Step> {
    const ending = new AbortController();
    const ended = this.#ended(ending.signal);
    try {
      await this.#begin(next);
      const event = await ended;
      return { event, left: await this.#untilWritten(event.jobId) };
    } finally {
      ending.abort();
    }
  }

  async #begin({ id, queue }: NextJob): Promise<void> {
    const { promise: begun, resolve } = Promise.withResolvers<true>();
    this.events.once('job.started', () => resolve(true));
    this.placesOf(queue).setLimit(1);
    const deadline = performance.now() + BEGIN_MS;
    while (performance.now() < deadline) {
      await wakeWorkers(this.#pool);
      if (await Promise.race([begun, delay(WAKE_AGAIN_MS, false)])) return;
    }
    this.placesOf(queue).setLimit(0);
    throw new Error(
      `job ${id} is due, and was not taken within ${BEGIN_MS / 1_000} s: howdah explain ${id} says why`,
    );
  }

  async #ended(signal: AbortSignal): Promise<Completed | Failed> {
    const waits = [
      once(this.events, 'job.completed', { signal }) as Promise<[Completed]>,
      once(this.events, 'job.failed', { signal }) as Promise<[Failed]>,
      once(this.events, 'job.unrecorded', { signal }).then(([event]) => refuse(event)),
    ];
    for (const wait of waits) wait.catch(() => {}); // of those that do not come
    const [event] = await Promise.race(waits);
    return event;
  }

  async #untilWritten(id: string): Promise<LeftJob | undefined> {
    for (;;) {
      const left = await readLeftJob(this.#pool, id);
      if (!left?.isRunning) return left;
      await delay(LOOK_MS);
    }
  }
}

function refuse({ jobId }: Completed): never {
  throw new Error(`job ${jobId} ran, and its end was not written: it was given to somebody else meanwhile`);
}
