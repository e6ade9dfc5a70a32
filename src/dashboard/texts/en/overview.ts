import type { BehindCause } from '../../../look/queue-verdict.ts';

/** Texts of the first page. */
export const overview = {
  title: 'Overview',
  healthy: 'All is well.',
  healthyBusy: (running: string, waiting: string) => `All is well: ${running} jobs run, ${waiting} wait.`,
  failing: (task: string, n: string) =>
    `Queues keep up, but jobs fail: ${task} most, ${n} times in the last hour.`,
  noWorker: 'No worker is alive: nothing runs. Start one: npx howdah worker',
  noQueue: 'There is no queue yet. A worker makes those that it serves when it starts.',
  behind: (count: number) => (count === 1 ? '1 queue is behind' : `${count} queues are behind`),
  oldest: (queue: string, span: string) => `the oldest job of ${queue} has waited ${span}`,
  lastHour: 'The last hour',
  noChart: 'Nothing was counted in this time: a worker counts each minute when it is over.',
  staleCharts: 'Charts are out of date: workers count for them, and none has since',
  newestFailures: 'Newest failures',
  unreadFailures: 'What fails cannot be read right now; its page says why:',
  allQueues: (n: string) => `All ${n} queues`,
  allFailures: (n: string) => `All ${n} groups of failures`,
  oldestJob: (id: string) => `Job ${id} waits longest.`,
  because: {
    copy: () => 'because this database is a copy, in which nothing runs until npx howdah adopt',
    paused: (queue: string) => `because ${queue} is paused`,
    no_worker: (queue: string) => `because no worker serves ${queue}`,
    no_worker_knows_task: () => 'because no worker knows its task',
    broker_down: () => 'because the broker that its jobs go to takes no messages',
    stalled: () => 'because workers cannot write how earlier runs ended',
    blocked: (queue: string) => `because handlers block all workers of ${queue}`,
    fleet_full: (queue: string) => `because ${queue} runs as many jobs as its limit lets it`,
    queue_full: (queue: string) => `because all places of ${queue} are taken`,
    locked: () => 'because somebody holds a lock on it',
    queue_name: () => 'because another job of its queue name runs',
    version: () => 'because workers of another version gave it back',
    sequence: () => 'because a job of its sequence is ahead',
    slow: (queue: string) => `because more jobs come to ${queue} than its workers take`,
  } satisfies Record<BehindCause, (queue: string) => string>,
  figures: { waiting: 'Waiting', running: 'Running', retryable: 'To be retried', workers: 'Workers alive' },
};
