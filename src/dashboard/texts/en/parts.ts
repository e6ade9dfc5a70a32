import type { JobState } from '../../../look/job.ts';

/** Words that many pages use. */
export const parts = {
  states: {
    scheduled: 'scheduled',
    available: 'available',
    running: 'running',
    retryable: 'retryable',
    completed: 'completed',
    discarded: 'discarded',
    cancelled: 'cancelled',
  } satisfies Record<JobState, string>,
  ago: (span: string) => `${span} ago`,
  inFuture: (span: string) => `in ${span}`,
  now: 'now',
  never: 'never',
  none: 'none',
  noLimit: 'no limit',
  when: 'When',
  charts: {
    rate: 'Jobs a second that ended',
    completed: 'completed',
    failed: 'failed attempts',
    discarded: 'discarded',
    wait: 'Seconds from due to begun',
    depth: 'Jobs by state',
  },
  seconds: (n: string) => `${n} s`,
  minutes: (n: string) => `${n} min`,
  hours: (n: string) => `${n} h`,
  days: (n: string) => `${n} d`,
  years: (n: string) => `${n} y`,
  milliseconds: (n: string) => `${n} ms`,
  about: (n: string) => `about ${n}`,
  atLeast: (n: string) => `${n} or more`,
};
