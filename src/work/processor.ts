import type { EventHub } from '../observability/event-hub.ts';
import type { Logger } from '../observability/logger.ts';
import type { BoundTask } from '../tasks/bind.ts';
import { FleetMember } from './fleet/fleet-member.ts';
import { type GateState, gateStates, gatesOf } from './fleet/gate-states.ts';
import type { BeatAnswer } from './fleet/registry.ts';
import { watchGates } from './fleet/watch-gates.ts';
import { ShutdownError } from './run/abort-reasons.ts';
import type { EndsTrouble } from './runner/ends-breaker.ts';
import { ServedQueue } from './runner/served-queue.ts';
import type { Slots } from './runner/slots.ts';
import type { Schedule } from './schedules/crontab.ts';
import { Scheduler } from './schedules/scheduler.ts';
import { Upkeep } from './upkeep/upkeep.ts';
import { type UpkeepSettings, upkeepKinds } from './upkeep/upkeep-kinds.ts';

export interface ProcessorOptions<Services> {
  connectionString: string;
  queues: readonly QueueConcurrency[];
  /** Every task this process knows; every queue's runner gets all of them. */
  tasks: ReadonlyMap<string, BoundTask<Services>>;
  /**
   * Whose tasks they are, as they were announced: no runner begins with one that is another application's by then.
   * @default not checked
   */
  application?: string;
  /** What runs by the clock; each queue's own, as long as it is served here. @default nothing */
  schedules?: readonly Schedule[];
  /**
   * Places for a queue's runs that somebody else gives and takes, in place of `concurrency` of them. Nothing is fetched ahead
   * of them then. @default each queue has its own
   */
  places?: (queue: string) => Slots;
  /** What this process does beside its jobs, in turns with all others. */
  upkeep?: UpkeepSettings;
  services: Services;
  events: EventHub;
  log: Logger;
}

export interface QueueConcurrency {
  name: string;
  /** Runs at once in this process. */
  concurrency: number;
  /** Runs at once in all processes together, unless an operator set another number. @default no limit */
  fleetConcurrency?: number;
  /** Its jobs are leased over HTTP: there are no runners for it here, and its schedules go on. @default false */
  isLeased?: boolean;
}

export interface TroubledQueue extends EndsTrouble {
  queue: string;
}

/** A queue that is to be served and cannot be yet. */
export interface LateQueue {
  queue: string;
  /** Why, and for whom it waits where somebody is in the way. */
  because: string;
}

/** A number of queues, each with its own concurrency, and the heartbeat that keeps them in the fleet. */
export interface TaskProcessor {
  /** Queues that should take jobs and cannot right now. */
  idleQueues(): string[];
  /** Queues that take jobs and run none at this moment. */
  restingQueues(): string[];
  /** Queues with runs whose ends the database does not take; they begin no others while `isOpen`. */
  troubledQueues(): TroubledQueue[];
  /** Queues that are not served yet, as they could not be made. */
  lateQueues(): LateQueue[];
  /** What runs of its tasks need, such as a broker; those that are shut keep the runs of their tasks from beginning. */
  gates(): GateState[];
  /**
   * Serves these too, all of them or none. Nothing once it takes no more jobs.
   *
   * @throws what kept their runners from starting; trying again may help
   */
  add(queues: readonly QueueConcurrency[]): Promise<void>;
  /** Takes no more jobs, for good; the running ones go on. Resolves once they ended. Safe to call twice. */
  quiet(): Promise<void>;
  /**
   * Takes no more jobs and waits for the running ones. Those that outlast `timeoutMs` have their signal fired and go
   * back to their queue, no attempt lost. Resolves once this process holds no job. Safe to call twice.
   */
  stop(timeoutMs: number): Promise<void>;
}

/** A processor that is already taking jobs. */
export async function startProcessor<Services>(options: ProcessorOptions<Services>): Promise<TaskProcessor> {
  const processor = new ServedQueues(options);
  await processor.start();
  if (options.tasks.size === 0) options.log.warn('the application has no tasks: no job will run here');
  return processor;
}

class ServedQueues<Services> implements TaskProcessor {
  readonly #options: ProcessorOptions<Services>;
  readonly #member: FleetMember;
  readonly #schedulers: Scheduler[] = [];
  readonly #upkeep: Upkeep;
  #served: readonly ServedQueue<Services>[] = [];
  #adding: Promise<unknown> = Promise.resolve();
  #isLeaving = false;
  #stopping: Promise<void> | undefined;

  constructor(options: ProcessorOptions<Services>) {
    const { connectionString, events, log } = options;
    this.#options = options;
    this.#upkeep = new Upkeep({ connectionString, kinds: upkeepKinds(options.upkeep), log });
    this.#member = new FleetMember({
      connectionString,
      kind: 'howdah',
      events,
      log,
      states: () => this.#served.flatMap((each) => each.states()),
      onAnswer: (tokens, answers) => tellServed(this.#served, tokens, answers),
      onCutOff: () => cutOff(this.#served, log),
    });
  }

  async start(): Promise<void> {
    try {
      await this.#member.open();
      await this.#open(this.#options.queues);
      await this.#member.start();
    } catch (error) {
      await this.#member.stop();
      throw error;
    }
    this.#schedule(this.#options.queues);
    this.#upkeep.start();
    const { tasks, events } = this.#options;
    watchGates(gatesOf(tasks), { events, onChange: () => this.#member.beatNow() });
  }

  add(queues: readonly QueueConcurrency[]): Promise<void> {
    const added = this.#adding.then(async () => {
      if (this.#isLeaving) return;
      await this.#open(queues);
      this.#schedule(queues);
    });
    this.#adding = added.catch(() => {});
    return added;
  }

  idleQueues(): string[] {
    return this.#served.filter((each) => !each.isWorking).map((each) => each.queue);
  }

  restingQueues(): string[] {
    return this.#served.filter((each) => each.isResting).map((each) => each.queue);
  }

  troubledQueues(): TroubledQueue[] {
    const troubles = this.#served.map(({ queue, trouble }) => ({ queue, ...trouble }));
    return troubles.filter(({ error }) => error !== undefined);
  }

  lateQueues(): LateQueue[] {
    return [];
  }

  gates(): GateState[] {
    return gateStates(gatesOf(this.#options.tasks));
  }

  async quiet(): Promise<void> {
    this.#isLeaving = true;
    await this.#adding; // a runner that is on its way up could not be told to leave
    await Promise.all([
      ...this.#served.map((each) => each.close()),
      ...this.#schedulers.map((scheduler) => scheduler.stop()),
      this.#upkeep.stop(),
    ]);
  }

  stop(timeoutMs: number): Promise<void> {
    this.#stopping ??= this.#close(timeoutMs).finally(() => this.#member.stop());
    return this.#stopping;
  }

  /** All of these or none: when one cannot open, those that did are closed again. */
  async #open(queues: readonly QueueConcurrency[]): Promise<void> {
    const { connectionString, tasks, application, services, events, log, places } = this.#options;
    const environment = { services, events, log };
    const shared = { connectionString, tasks, application, member: this.#member, environment };
    for (const { name, fleetConcurrency } of queues) {
      await this.#member.configureFleet(name, fleetConcurrency ?? null);
    }
    const served = queues
      .filter(({ isLeased }) => !isLeased)
      .map(
        ({ name: queue, concurrency }) =>
          new ServedQueue({ ...shared, queue, concurrency, places: places?.(queue) }),
      );
    this.#served = [...this.#served, ...served]; // a heartbeat is to name a runner from when it is registered
    const results = await Promise.allSettled(served.map((each) => each.open()));
    const failure = results.find((result) => result.status === 'rejected');
    if (!failure) return;
    await Promise.all(served.map((each) => each.close()));
    this.#served = this.#served.filter((each) => !served.includes(each));
    throw failure.reason;
  }

  #schedule(queues: readonly QueueConcurrency[]): void {
    const { connectionString, schedules = [], log } = this.#options;
    const names = queues.map(({ name }) => name);
    const scheduler = new Scheduler({ connectionString, queues: names, schedules, log });
    this.#schedulers.push(scheduler);
    scheduler.start();
  }

  /**
   * The signal makes every run end with a ShutdownError, whether its handler listens or not; the pipeline turns that into
   * the verdict "return", and the engine's own failure statement puts the job back with its attempts unchanged.
   */
  async #close(timeoutMs: number): Promise<void> {
    const closed = this.quiet();
    const limit = setTimeout(() => {
      for (const each of this.#served) each.abort(new ShutdownError());
    }, toTimer(timeoutMs));
    try {
      await closed;
    } finally {
      clearTimeout(limit);
    }
  }
}

/** Longest wait a timer takes: it fires at once for more, which is the opposite of what somebody meant. */
const MAX_TIMER_MS = 2_147_483_647;

function toTimer(ms: number): number {
  return Math.min(Math.max(0, ms) || 0, MAX_TIMER_MS);
}

function tellServed<S>(
  served: readonly ServedQueue<S>[],
  tokens: readonly string[],
  answers: readonly BeatAnswer[],
): void {
  const answered = new Map(answers.map((answer) => [answer.token, answer]));
  for (const token of tokens.filter((each) => !answered.has(each))) {
    for (const each of served) each.lose(token, 'the database retired this runner');
  }
  for (const each of served) each.heed(answered);
}

function cutOff<S>(served: readonly ServedQueue<S>[], log: Logger): void {
  log.error('cut off from the database: ending all runs, their jobs go to other workers');
  for (const each of served) each.loseAll('cut off from the database');
}
