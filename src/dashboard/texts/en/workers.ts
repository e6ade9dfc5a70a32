import type { Worker } from '../../../look/workers.ts';

/** Texts of the page about workers. */
export const workers = {
  title: 'Workers',
  none: 'No worker is alive, so nothing runs. Start one: npx howdah worker',
  running: 'Running jobs, the longest first',
  idle: 'No job is running.',
  blockedSince: 'A handler has blocked its event loop since',
  abandoned: 'Handlers that ignore their signal',
  brokerUp: (broker: string) => `${broker} takes its messages`,
  brokerDown: (broker: string, because: string) => `${broker} takes no messages (${because}), since`,
  waiting: 'Jobs that wait for it',
  states: {
    idle: 'idle',
    busy: 'busy',
    paused: 'paused',
    blocked: 'blocked',
    silent: 'silent',
  } satisfies Record<Worker['state'], string>,
  columns: {
    worker: 'Host and process',
    queue: 'Queue',
    state: 'State',
    running: 'Running',
    memory: 'Memory',
    heartbeat: 'Heartbeat',
    started: 'Started',
    kind: 'Application and tasks',
    job: 'Job',
    task: 'Task',
    age: 'For',
  },
};
