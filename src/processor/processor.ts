import { openDatabase } from '../db/database.ts';
import type { EventHub } from '../observability/event-hub.ts';
import type { Logger } from '../observability/logger.ts';
import { ShutdownError } from './abort-reasons.ts';
import type { BoundTask } from './bind.ts';
import { Heart } from './heart.ts';
import { Lane } from './lane.ts';
import { LivenessLocks } from './liveness-locks.ts';
import { type Beat, type BeatAnswer, Registry } from './registry.ts';

/** A statement of the fleet's register that takes longer than this is given up: the connection may be a black hole. */
const REGISTRY_TIMEOUT_MS = 3_000;

export interface ProcessorOptions<Services> {
  connectionString: string;
  queues: readonly QueueConcurrency[];
  /** Every task this process knows; every queue's runner gets all of them. */
  tasks: ReadonlyMap<string, BoundTask<Services>>;
  services: Services;
  events: EventHub;
  log: Logger;
}

export interface QueueConcurrency {
  name: string;
  /** Runs at once in this process. */
  concurrency: number;
}

/** One lane per queue, each with its own concurrency, and the heartbeat that keeps them in the fleet. */
export interface Processor {
  /** Queues that should take jobs and cannot right now. */
  idleQueues(): string[];
  /**
   * Takes no more jobs and waits for the running ones. Those that outlast `timeoutMs` have their signal fired and go
   * back to their queue, no attempt lost. Resolves once this process holds no job. Safe to call twice.
   */
  stop(timeoutMs: number): Promise<void>;
}

/** A processor that is already taking jobs. */
export async function startProcessor<Services>(options: ProcessorOptions<Services>): Promise<Processor> {
  const { connectionString, services, events, log, tasks } = options;
  const control = openDatabase({
    connectionString,
    applicationName: 'howdah control',
    maxConnections: 3,
    timeoutMs: REGISTRY_TIMEOUT_MS,
    onConnectionError: (err) => log.warn({ err }, 'control connection lost'),
  });
  const registry = new Registry(control.pool);
  const locks = new LivenessLocks(connectionString, log);
  const shared = { connectionString, tasks, registry, locks, environment: { services, events, log } };
  const lanes = options.queues.map(
    ({ name: queue, concurrency }) => new Lane({ ...shared, queue, concurrency }),
  );
  const heart = new Heart({
    registry,
    events,
    log,
    beats: () => lanes.flatMap((lane) => lane.beats()),
    onAnswer: (beats, answers) => tellLanes(lanes, beats, answers),
    onCutOff: () => cutOff(lanes, log),
  });
  const end = async () => {
    heart.stop();
    await locks.close();
    await control.close();
  };
  await openLanes(lanes, locks).catch(async (error: unknown) => {
    await end();
    throw error;
  });
  heart.start();
  let stopping: Promise<void> | undefined;
  return {
    idleQueues: () => lanes.filter((lane) => !lane.isWorking).map((lane) => lane.queue),
    stop(timeoutMs) {
      stopping ??= closeLanes(lanes, timeoutMs).finally(end);
      return stopping;
    },
  };
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
  for (const lane of lanes) {
    const own = lane.beats().map(({ token }) => answered.get(token));
    const latest = own.find((answer) => answer !== undefined);
    if (latest) lane.setPaused(latest.isPaused);
  }
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
  const closed = Promise.all(lanes.map((lane) => lane.close()));
  const limit = setTimeout(() => {
    for (const lane of lanes) lane.abort(new ShutdownError());
  }, timeoutMs);
  try {
    await closed;
  } finally {
    clearTimeout(limit);
  }
}
