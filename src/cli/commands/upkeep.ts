import { readUpkeep, type UpkeepState } from '../../look/upkeep.ts';
import { presentUpkeep } from '../../wire/present-fleet.ts';
import type { Command } from '../command.ts';
import { describeDuration, describeInstant } from '../terminal/describe-time.ts';
import type { Column } from '../terminal/table.ts';

const COLUMNS: readonly Column<UpkeepState>[] = [
  { title: 'UPKEEP', text: ({ kind }) => kind, style: () => 'bold' },
  { title: 'EVERY', text: ({ periodMs }) => describeDuration(periodMs) },
  { title: 'SUCCEEDED', text: ({ lastSucceededAt }) => describeInstant(lastSucceededAt) },
  { title: 'REMOVED', text: ({ lastRemoved }) => String(lastRemoved ?? '-'), align: 'right' },
  { title: 'TOTAL', text: ({ removedTotal }) => String(removedTotal), align: 'right' },
  { title: 'NEXT', text: ({ nextDueAt }) => (nextDueAt ? describeInstant(nextDueAt) : 'under way') },
  { title: 'HOST', text: ({ host }) => host },
  { title: 'PID', text: ({ pid }) => String(pid), align: 'right' },
  { title: 'ERROR', text: ({ lastError }) => lastError ?? '-', style: () => 'red' },
];

export const upkeep: Command = {
  about: [
    'Every worker takes turns at it, one at a time, and none of it is a job. REMOVED are the rows of the latest turn, TOTAL',
    'those of all; HOST and PID are the worker that had the latest. ERROR is why that failed; it is tried again within a',
    'minute.',
  ],
  examples: [['upkeep', 'whether finished jobs and the audit log are pruned']],
  async run({ output, connect }) {
    const { db } = await connect();
    output.list(await readUpkeep(db), {
      columns: COLUMNS,
      present: presentUpkeep,
      empty: 'No worker has begun with it yet.',
    });
    return 0;
  },
};
