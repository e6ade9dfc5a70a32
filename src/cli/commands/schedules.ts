import { listSchedules, type Schedule } from '../../look/schedules.ts';
import { presentSchedule } from '../../wire/present-fleet.ts';
import type { Command } from '../command.ts';
import { describeInstant } from '../terminal/describe-time.ts';
import type { Column } from '../terminal/table.ts';

const COLUMNS: readonly Column<Schedule>[] = [
  { title: 'SCHEDULE', text: ({ identifier }) => identifier, style: () => 'bold' },
  { title: 'CRON (UTC)', text: ({ cron }) => cron },
  { title: 'TASK', text: ({ task }) => task },
  { title: 'QUEUE', text: ({ queue }) => queue },
  {
    title: 'APPLICATION',
    text: ({ application, isOrphaned }) => `${application}${isOrphaned ? ' (gone)' : ''}`,
    style: ({ isOrphaned }) => (isOrphaned ? 'red' : undefined),
  },
  { title: 'LAST', text: ({ lastRunAt }) => describeInstant(lastRunAt) },
  { title: 'NEXT', text: ({ nextRunAt }) => describeInstant(nextRunAt) },
  { title: 'ERROR', text: ({ lastError }) => lastError ?? '-', style: () => 'red' },
];

export const schedules: Command = {
  about: [
    'They are those of the newest `crontab` that a process of each application had when it started; an older one that',
    'starts again changes nothing. "(gone)": no process of that application was heard of for an hour; `apps forget`',
    'removes what it left. ERROR is why the latest tick could not be enqueued, which is tried again at least every minute.',
  ],
  examples: [['schedules', 'what runs by the clock, and when next']],
  async run({ output, connect }) {
    const { db } = await connect();
    output.list(await listSchedules(db), {
      columns: COLUMNS,
      present: (schedule) => presentSchedule(schedule, 'admin'),
      empty: 'There is no schedule.',
    });
    return 0;
  },
};
