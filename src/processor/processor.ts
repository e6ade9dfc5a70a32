import { openPool } from '../db/open-pool.ts';
import type { EventHub } from '../observability/event-hub.ts';
import type { Logger } from '../observability/logger.ts';
import type { BoundTask } from './bind.ts';
import { Lane } from './engine/lane.ts';
import { Heart } from './fleet/heart.ts';
import { LivenessLocks } from './fleet/liveness-locks.ts';
import { type Beat, type BeatAnswer, Registry } from './fleet/registry.ts';
import { ShutdownError } from './run/abort-reasons.ts';
import { renderCrontab, type Schedule } from './schedules/crontab.ts';

/** A statement of the fleet's register that takes longer than this is given up: the connection may be a black hole. */
const REGISTRY_TIMEOUT_MS = 3_000;

export interface ProcessorOptions<Services> {
  connectionString: string;
  queues: readonly QueueConcurrency[];
  /** Every task this process knows; every queue's runner gets all of them. */
  tasks: ReadonlyMap<string, BoundTask<Services>>;
  /** What runs by the clock; each queue's runner enqueues its own. @default nothing */
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

/** One lane per queue, each with its own concurrency, and the heartbeat that keeps them in the fleet. */
export interface Processor {
  /** Queues that should take jobs and cannot right now. */
  idleQueues(): string[];
  /** Queues that take jobs and run none at this moment. */
  restingQueues(): string[];
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
  const control = openPool({
    connectionString,
    applicationName: 'howdah control',
    maxConnections: 3,
    timeoutMs: REGISTRY_TIMEOUT_MS,
    onConnectionError: (err) => log.warn({ err }, 'control connection lost'),
  });
  const registry = new Registry(control.pool);
  const onNews = () => heart.beatNow();
  const locks = new LivenessLocks({ connectionString, log, onControl: onNews });
  const shared = { connectionString, tasks, registry, locks, onNews, environment: { services, events, log } };
  const lanes = options.queues.map(
    ({ name: queue, concurrency }) =>
      new Lane({ ...shared, queue, concurrency, crontab: renderCrontab(schedules, queue) }),
  );
  const heart: Heart = new Heart({
    registry,
    events,
    log,
    beats: () => lanes.flatMap((lane) => lane.beats()),
    onAnswer: (beats, answers) => tellLanes(lanes, beats, answers),
    onCutOff: () => cutOff(lanes, log),
  });
  const end = async () => {
    await heart.stop();
    await locks.close();
    await control.close();
  };
  const open = async () => {
    await configureFleet(options.queues, registry);
    await openLanes(lanes, locks);
  };
  await open().catch(async (error: unknown) => {
    await end();
    throw error;
  });
  heart.start();
  let stopping: Promise<void> | undefined;
  return {
    idleQueues: () => lanes.filter((lane) => !lane.isWorking).map((lane) => lane.queue),
    restingQueues: () => lanes.filter((lane) => lane.isResting).map((lane) => lane.queue),
    quiet: () => quiet(lanes),
    stop(timeoutMs) {
      stopping ??= closeLanes(lanes, timeoutMs).finally(end);
      return stopping;
    },
  };
}

async function configureFleet(queues: readonly QueueConcurrency[], registry: Registry): Promise<void> {
  for (const { name, fleetConcurrency } of queues) {
    await registry.configureFleet(name, fleetConcurrency ?? null);
  }
}

/** All lanes or none: when one cannot open, those that did are closed again. */
async function openLanes<S>(lanes: readonly Lane<S>[], locks: LivenessLocks): Promise<void> {
  await locks.open();
  const results = await Promise.allSettled(lanes.map((lane) => lane.open()));
  const failure = results.find((result) => result.status === 'rejected');
  if (!failure) return;
  await Promise.all(lanes.map((lane) => lane.close()));
  throw failure.reason;
}

function tellLanes<S>(
  lanes: readonly Lane<S>[],
  beats: readonly Beat[],
  answers: readonly BeatAnswer[],
): void {
  const answered = new Map(answers.map((answer) => [answer.token, answer]));
  for (const { token } of beats.filter((beat) => !answered.has(beat.token))) {
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
async function closeLanes<S>(lanes: readonly Lane<S>[], timeoutMs: number): Promise<void> {
  const closed = quiet(lanes);
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
