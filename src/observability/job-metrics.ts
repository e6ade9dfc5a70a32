import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { EventHub } from './event-hub.ts';
import type { FailedRunEvent, RescueEvent, RunEvent } from './events.ts';

/** From a pick-up in milliseconds to a backlog of hours. */
const WAIT_BUCKETS_SECONDS = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200,
];

/** From a look-up to a report that takes an hour. */
const RUN_BUCKETS_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600];

/** A task as it runs in a queue: the labels of every series here. */
export interface QueueTask {
  queue: string;
  task: string;
}

const COUNTERS = {
  enqueued: 'Jobs this process enqueued, among them those whose transaction was rolled back',
  started: 'Runs this process began',
  completed: 'Runs that completed their job, as the database confirmed',
  failed: 'Runs that ended in an error, whether tried again or discarded',
  retried: 'Failed runs whose job waits for another try',
  discarded: 'Jobs given up: out of retries, or told not to retry',
  cancelled:
    'Jobs that ended because they are not wanted any more: runs, and jobs this process cancelled while they waited',
  snoozed:
    'Runs that put their job off without counting the attempt, or whose payload waits for a worker of another version',
  returned:
    'Runs ended by a worker that stopped, or lost its job or its broker; the job is back in its queue',
  rescued: 'Jobs this process took from a worker found dead',
  unrecorded:
    'Jobs given back although a run of theirs had begun: its end was not recorded, and its work may be done twice',
} as const;

type JobCounters = Record<keyof typeof COUNTERS, Counter<'queue' | 'task'>>;

/** What becomes of the job decides which counters a failed run adds to. */
const COUNTED_BY_DECISION: Record<FailedRunEvent['decision'], readonly (keyof JobCounters)[]> = {
  retry: ['failed', 'retried'],
  discard: ['failed', 'discarded'],
  cancel: ['cancelled'],
  snooze: ['snoozed'],
  misfit: ['snoozed'],
  return: ['returned'],
};

/** Series that are there from the beginning, at 0: Prometheus sees no increase in a series that begins at 1. */
export interface KnownSeries {
  /** Tasks in their home queues: counters and histograms. */
  known?: readonly QueueTask[];
  /** Queues that those tasks may run in as well: counters alone, as a histogram is forty series. */
  queues?: readonly string[];
}

/** Counters and histograms of what this process does to jobs, fed by the hub's events. */
export function countJobs(
  registry: Registry,
  events: EventHub,
  { known = [], queues = [] }: KnownSeries = {},
): void {
  const counters = createCounters(registry);
  const wait = createHistogram(registry, 'wait', 'Time from when a job could run until a run began');
  const run = createHistogram(registry, 'run', 'Time a run took, however it ended');
  for (const labels of known) for (const histogram of [wait, run]) histogram.zero({ ...labels });
  for (const labels of [...known, ...everyPair(queues, known)]) {
    for (const counter of Object.values(counters)) counter.inc({ ...labels }, 0);
  }
  events.on('job.enqueued', (event) => counters.enqueued.inc(labelsOf(event)));
  events.on('job.started', (event) => {
    counters.started.inc(labelsOf(event));
    wait.observe(labelsOf(event), event.waitMs / 1000);
  });
  events.on('job.completed', (event) => {
    counters.completed.inc(labelsOf(event));
    run.observe(labelsOf(event), event.durationMs / 1000);
  });
  events.on('job.unrecorded', (event) => run.observe(labelsOf(event), event.durationMs / 1000));
  events.on('job.failed', (event) => {
    for (const name of COUNTED_BY_DECISION[event.decision]) counters[name].inc(labelsOf(event));
    run.observe(labelsOf(event), event.durationMs / 1000);
  });
  countAbandoned(registry, events, known);
  events.on('jobs.cancelled', ({ queue, task, jobs }) => counters.cancelled.inc({ queue, task }, jobs));
  events.on('runner.rescued', (event) => {
    countRescue(counters, event);
    countUnrecorded(counters, event);
  });
  events.on('runner.stopped', (event) => countUnrecorded(counters, event));
  watchEnds(registry, events, new Set([...known.map(({ queue }) => queue), ...queues]));
  watchBrokers(registry, events);
}

/** A gauge of what this process sees: the database knows of the others. */
function watchBrokers(registry: Registry, events: EventHub): void {
  const up = new Gauge({
    name: 'howdah_broker_up',
    help: '1 while the broker takes the messages of this process, 0 while jobs wait for it',
    labelNames: ['broker'],
    registers: [registry],
  });
  events.on('gate.changed', ({ name, because }) => up.set({ broker: name }, Number(because === undefined)));
}

/** What this process could not write yet: gauges, as the database may not be there to tell. */
function watchEnds(registry: Registry, events: EventHub, queues: ReadonlySet<string>): void {
  const outstanding = new Gauge({
    name: 'howdah_ends_outstanding',
    help: 'Runs of this process that are over, and whose end the database has not taken; they are tried again',
    labelNames: ['queue'],
    registers: [registry],
  });
  const refused = new Gauge({
    name: 'howdah_ends_refused',
    help: '1 while this process begins no run of the queue, as the database does not take the ends of its runs',
    labelNames: ['queue'],
    registers: [registry],
  });
  for (const queue of queues) for (const gauge of [outstanding, refused]) gauge.set({ queue }, 0);
  events.on('queue.ends', ({ queue, unrecordedCount, isOpen }) => {
    outstanding.set({ queue }, unrecordedCount);
    refused.set({ queue }, Number(isOpen));
  });
}

function countAbandoned(registry: Registry, events: EventHub, known: readonly QueueTask[]): void {
  const alive = new Gauge({
    name: 'howdah_jobs_abandoned',
    help: 'Handlers that ignored their signal, were left behind, and are still at work in this process',
    labelNames: ['queue', 'task'],
    registers: [registry],
  });
  for (const labels of known) alive.set({ ...labels }, 0);
  events.on('job.abandoned', (event) => alive.inc(labelsOf(event)));
  events.on('job.abandoned_ended', (event) => alive.dec(labelsOf(event)));
}

function createCounters(registry: Registry): JobCounters {
  const entries = Object.entries(COUNTERS).map(([name, help]) => [
    name,
    new Counter({
      name: `howdah_jobs_${name}_total`,
      help,
      labelNames: ['queue', 'task'],
      registers: [registry],
    }),
  ]);
  return Object.fromEntries(entries) as JobCounters;
}

function createHistogram(registry: Registry, name: 'wait' | 'run', help: string) {
  return new Histogram({
    name: `howdah_job_${name}_seconds`,
    help,
    labelNames: ['queue', 'task'],
    buckets: name === 'wait' ? WAIT_BUCKETS_SECONDS : RUN_BUCKETS_SECONDS,
    registers: [registry],
  });
}

function everyPair(queues: readonly string[], known: readonly QueueTask[]): QueueTask[] {
  return queues.flatMap((queue) => known.map(({ task }) => ({ queue, task })));
}

/** A job that a rescue found to be poison is given up without a run that could have told so. */
function countRescue(counters: JobCounters, { queue, byTask }: RescueEvent): void {
  for (const { task, ended, jobs } of byTask) {
    counters.rescued.inc({ queue, task }, jobs);
    if (ended === 'cancelled') counters.cancelled.inc({ queue, task }, jobs);
    if (ended !== 'discarded') continue;
    for (const name of COUNTED_BY_DECISION.discard) counters[name].inc({ queue, task }, jobs);
  }
}

function countUnrecorded(
  counters: JobCounters,
  { queue, byTask }: Pick<RescueEvent, 'queue' | 'byTask'>,
): void {
  for (const { task, hadBegun, jobs } of byTask) if (hadBegun) counters.unrecorded.inc({ queue, task }, jobs);
}

function labelsOf({ queue, task }: Pick<RunEvent, 'queue' | 'task'>): QueueTask {
  return { queue, task };
}
