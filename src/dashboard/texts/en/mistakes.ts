/** Why a form or an address of the pages is refused, where they say so themselves. */
export const mistakes = {
  received: (expected: string, received: string) => `${expected}, received ${received}`,
  nothing: 'nothing',
  value: 'expected a value',
  atMost: (count: number) => `expected at most ${count} characters`,
  wholeNumber: (least: number, most: number) => `expected a whole number ${least} to ${most}`,
  limit: 'expected a whole number, or nothing for no limit; 1 at least, as Pause stops it',
  json: 'expected JSON, received something else',
  oneTime: 'expected an instant or a duration, one of the two',
  instant: 'expected an instant in UTC, e.g. 2026-11-21T08:00',
  duration: (most: string) => `expected a duration up to ${most}, e.g. 15m`,
  oneOf: (names: string) => `expected one of ${names}`,
  characters: (most: string) => `expected 1 to ${most} characters, all of them valid, none NUL`,
  jobId: 'expected the id of a job',
  search: 'expected a search, empty for all jobs',
  queue: (name: string) => `There is no queue ${name}`,
  schedule: (name: string, queue: string) => `There is no schedule ${name} in queue ${queue} any more`,
  noneToRetry: 'No job of this group is discarded any more. Nothing was changed.',
  /** What English says is what the database said, which also names those that there are. */
  unknownQueue: (_name: string, said: string) => said,
  unknownTask: (_name: string, said: string) => said,
  tooSlow: (_: string, said: string) => said,
  /** Why a queue is not removed. */
  inUse: {
    kept: 'The queue is still there, as it was.',
    waiting: (count: string) =>
      `Jobs that wait in it: ${count}. Let them end, or tick the box that cancels them first.`,
    tooMany: (most: string) => `More than ${most} jobs wait in it: cancel them on the page of jobs first.`,
    running: (count: string) => `Jobs of it that workers have: ${count}. They have to end first.`,
    workers: (names: string) => `Workers that serve it: ${names}. Stop them, or start them without it.`,
    tasks: (names: string) =>
      `Tasks that are at home there: ${names}. A start with them would make it again; give them another queue.`,
    schedules: (names: string) =>
      `Schedules that enqueue to it: ${names}. Take them out of the crontab, or give them another queue.`,
    isDefault: 'Tasks that name no queue go there, and every start makes it. Pause stops it.',
    busy: 'Others are just at work with it and have not committed. Nothing was changed; try again in a moment.',
  },
  form: 'Expected a form of these pages',
  nul: 'The address has a NUL in it, which nothing here has',
};
