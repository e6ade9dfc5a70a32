/** What a command did, by the word that its page's address then carries. */
export const done = {
  retried: (n: number) => (n === 1 ? 'The job runs again.' : `${n} jobs run again.`),
  cancelled: (n: number) =>
    n === 1 ? 'The job is cancelled, or has its signal.' : `${n} jobs are cancelled.`,
  discarded: (n: number) => (n === 1 ? 'The job is given up.' : `${n} jobs are given up.`),
  run_now: (n: number) => (n === 1 ? 'The job is available now.' : `${n} jobs are available now.`),
  rescheduled: (_: number) => 'The job runs at its new time.',
  canary: (n: number) => (n === 1 ? 'One job is retried first.' : `${n} jobs are retried first.`),
  enqueued: (n: number) => (n === 1 ? 'The job is enqueued.' : `${n} jobs are enqueued.`),
  paused: (_: number) => 'The queue is paused: running jobs finish, none begins.',
  resumed: (_: number) => 'The queue hands out jobs again.',
  source_paused: (_: number) => 'No message of it becomes a job until it is resumed.',
  source_resumed: (_: number) => 'Its messages become jobs again.',
  source_accepted: (_: number) => 'The topic is read as it is now.',
  queue_removed: (_: number) => 'The queue is removed; its finished jobs stay.',
  limited: (_: number) => 'The limit holds for all workers together.',
};
