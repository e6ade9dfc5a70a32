/** Texts of the pages about queues. */
export const queues = {
  title: 'Queues',
  columns: {
    queue: 'Queue',
    depth: 'Jobs by state',
    running: 'Running',
    oldest: 'Oldest waits',
    rate: 'Done per second',
    workers: 'Workers',
  },
  paused: 'paused',
  pausedBy: (who: string) => `Paused by ${who}`,
  schema: 'Schema of its tables',
  places: 'Places in all workers together',
  fleetLimit: 'Most at once in all workers',
  reason: 'Reason',
  pause: 'Pause',
  resume: 'Resume',
  setLimit: 'Set the limit',
};
