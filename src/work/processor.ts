import type { EventHub } from '../observability/event-hub.ts';
import type { Logger } from '../observability/logger.ts';
import type { BoundTask } from '../tasks/bind.ts';
import type { EndsTrouble } from './engine/ends-breaker.ts';
import { Lane } from './engine/lane.ts';
import { FleetMember } from './fleet/fleet-member.ts';
import type { BeatAnswer } from './fleet/registry.ts';
import { ShutdownError } from './run/abort-reasons.ts';
import type { Schedule } from './schedules/crontab.ts';
import { Scheduler } from './schedules/scheduler.ts';

export interface ProcessorOptions<Services> {
  connectionString: string;
  queues: readonly QueueConcurrency[];
  /** Every task this process knows; every queue's runner gets all of them. */
  tasks: ReadonlyMap<string, BoundTask<Services>>;
  /** What runs by the clock; each queue's own, as long as it is served here. @default nothing */
  schedules?: readonly Schedule[];
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
}

export interface TroubledQueue extends EndsTrouble {
  queue: string;
}

/** One lane per queue, each with its own concurrency, and the heartbeat that keeps them in the fleet. */
export interface Processor {
  /** Queues that should take jobs and cannot right now. */
  idleQueues(): string[];
  /** Queues that take jobs and run none at this moment. */
  restingQueues(): string[];
  /** Queues with runs whose ends the database does not take; they begin no others while `isOpen`. */
  troubledQueues(): TroubledQueue[];
  /** Takes no more jobs, for good; the running ones go on. Resolves once they ended. Safe to call twice. */
  quiet(): Promise<void>;
  /**
   * Takes no more jobs and waits for the running ones. Those that outlast `timeoutMs` have their signal fired and go
   * back to their queue, no attempt lost. Resolves once this process holds no job. Safe to call twice.
   */
  stop(timeoutMs: number): Promise<void>;
}

/** A processor that is already taking jobs. */
export async function startProcessor<Services>(options: ProcessorOptions<Services>): Promise<Processor> {
  const { connectionString, services, events, log, tasks, schedules = [] } = options;
  const member = new FleetMember({
    connectionString,
    kind: 'howdah',
    events,
    log,
    states: () => lanes.flatMap((lane) => lane.states()),
    onAnswer: (tokens, answers) => tellLanes(lanes, tokens, answers),
    onCutOff: () => cutOff(lanes, log),
  });
  const shared = { connectionString, tasks, member, environment: { services, events, log } };
  const lanes = options.queues.map(
    ({ name: queue, concurrency }) => new Lane({ ...shared, queue, concurrency }),
  );
  const queues = options.queues.map(({ name }) => name);
  const scheduler = new Scheduler({ connectionString, queues, schedules, log });
  const leave = () => Promise.all([quiet(lanes), scheduler.stop()]);
  const open = async () => {
    await configureFleet(options.queues, member);
    await openLanes(lanes, member);
    await member.start();
  };
  await open().catch(async (error: unknown) => {
    await member.stop();
    throw error;
  });
  scheduler.start();
  let stopping: Promise<void> | undefined;
  return {
    idleQueues: () => lanes.filter((lane) => !lane.isWorking).map((lane) => lane.queue),
    restingQueues: () => lanes.filter((lane) => lane.isResting).map((lane) => lane.queue),
    troubledQueues: () =>
      lanes.map(({ queue, trouble }) => ({ queue, ...trouble })).filter(({ error }) => error !== undefined),
    quiet: async () => void (await leave()),
    stop(timeoutMs) {
      stopping ??= closeLanes(lanes, { leave, timeoutMs }).finally(() => member.stop());
      return stopping;
    },
  };
}

async function configureFleet(queues: readonly QueueConcurrency[], member: FleetMember): Promise<void> {
  for (const { name, fleetConcurrency } of queues) {
    await member.configureFleet(name, fleetConcurrency ?? null);
  }
}

/** All lanes or none: when one cannot open, those that did are closed again. */
async function openLanes<S>(lanes: readonly Lane<S>[], member: FleetMember): Promise<void> {
  await member.open();
  const results = await Promise.allSettled(lanes.map((lane) => lane.open()));
  const failure = results.find((result) => result.status === 'rejected');
  if (!failure) return;
  await Promise.all(lanes.map((lane) => lane.close()));
  throw failure.reason;
}

function tellLanes<S>(
  lanes: readonly Lane<S>[],
  tokens: readonly string[],
  answers: readonly BeatAnswer[],
): void {
  const answered = new Map(answers.map((answer) => [answer.token, answer]));
  for (const token of tokens.filter((each) => !answered.has(each))) {
    for (const lane of lanes) lane.lose(token, 'the database retired this runner');
  }
  for (const lane of lanes) lane.heed(answered);
}

function cutOff<S>(lanes: readonly Lane<S>[], log: Logger): void {
  log.error('cut off from the database: ending all runs, their jobs go to other workers');
  for (const lane of lanes) lane.loseAll('cut off from the database');
}

/**
 * The signal makes every run end with a ShutdownError, whether its handler listens or not; the pipeline turns that into
 * the verdict "return", and the engine's own failure statement puts the job back with its attempts unchanged.
 */
async function closeLanes<S>(
  lanes: readonly Lane<S>[],
  { leave, timeoutMs }: { leave: () => Promise<unknown>; timeoutMs: number },
): Promise<void> {
  const closed = leave();
  const limit = setTimeout(() => {
    for (const lane of lanes) lane.abort(new ShutdownError());
  }, timeoutMs);
  try {
    await closed;
  } finally {
    clearTimeout(limit);
  }
}

async function quiet<S>(lanes: readonly Lane<S>[]): Promise<void> {
  await Promise.all(lanes.map((lane) => lane.close()));
}
