import { cronInEnglish } from '../../../look/cron-in-english.ts';

/** Texts of the page about what runs by the clock. */
export const schedules = {
  title: 'Schedules',
  none: 'Nothing runs by the clock. The crontab of an application says what should.',
  words: cronInEnglish,
  afterwards: 'then',
  runNow: 'Run now',
  orphaned: 'orphaned',
  orphanedHint: (application: string) =>
    `No process of ${application} was heard of for an hour. npx howdah apps forget removes what it left.`,
  lastRuns: 'Last runs',
  noRuns: 'No job of its ticks is kept, among the newest 200 of its task.',
  notTold: 'Its runs are told by their payloads, which this page is not shown by the database.',
  backfilled: 'backfilled',
  runColumns: { tick: 'For', job: 'Job', state: 'State', started: 'Started', took: 'Took' },
  columns: {
    name: 'Schedule',
    task: 'Task',
    queue: 'Queue',
    when: 'When (UTC)',
    last: 'Last run',
    next: 'Next run',
    act: 'Act',
  },
};
