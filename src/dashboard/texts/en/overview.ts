/** Texts of the first page. */
export const overview = {
  title: 'Overview',
  healthy: 'All is well.',
  healthyBusy: (running: string, waiting: string) => `All is well: ${running} jobs run, ${waiting} wait.`,
  noWorker: 'No worker is alive: nothing runs.',
  noQueue: 'There is no queue yet. A worker makes those that it serves when it starts.',
  behind: (count: number) => (count === 1 ? '1 queue is behind' : `${count} queues are behind`),
  oldest: (queue: string, span: string) => `the oldest job of ${queue} has waited ${span}`,
  because: {
    paused: (queue: string) => `${queue} is paused`,
    no_worker: (queue: string) => `no worker serves ${queue}`,
    full: (queue: string) => `all places of ${queue} are taken`,
    blocked: (queue: string) => `a worker of ${queue} is blocked by a handler`,
    slow: (queue: string) => `workers of ${queue} have free places and do not take its jobs`,
  },
  figures: { waiting: 'Waiting', running: 'Running', retryable: 'To be retried', workers: 'Workers alive' },
};
