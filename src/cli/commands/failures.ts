import { type FailureGroup, readFailures } from '../../look/failure-groups.ts';
import { presentFailure } from '../../wire/present-failure.ts';
import type { Command } from '../command.ts';
import { describeInstant } from '../terminal/describe-time.ts';
import type { Column } from '../terminal/table.ts';

const DEFAULT_LIMIT = 100;
const MOST = 10_000;
const BARS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

const COLUMNS: readonly Column<FailureGroup>[] = [
  { title: 'FAILURE', text: ({ id }) => id },
  { title: 'TASK', text: ({ task }) => task, style: () => 'bold' },
  { title: 'JOBS', text: ({ jobCount }) => String(jobCount), align: 'right' },
  { title: 'DISCARDED', text: ({ discardedCount }) => String(discardedCount), align: 'right' },
  { title: 'LAST', text: ({ lastSeenAt }) => describeInstant(lastSeenAt) },
  { title: 'LAST HOUR', text: ({ trend }) => describeTrend(trend) },
  { title: 'NEWEST', text: ({ newestIds }) => newestIds[0] ?? '-', align: 'right' },
  { title: 'ERROR', text: ({ error }) => error ?? '-', style: () => 'red' },
];

export const failures: Command = {
  about: [
    'Jobs that are discarded, or failed and have not ended, by task and error, in which … stands for numbers, ids,',
    'addresses and quoted texts. LAST HOUR is how many failed in each five minutes of it. The newest 10,000 such jobs are',
    'looked at. `--failure ID` of other commands means the jobs of a group.',
  ],
  options: { limit: { value: 'N', help: `Groups at most, the largest first (default ${DEFAULT_LIMIT})` } },
  examples: [
    ['failures', 'what fails, and how often'],
    ['jobs --failure 9f2c41d0a7be6635', 'the jobs of a group'],
    ['retry --failure 9f2c41d0a7be6635 --dry-run', 'how many a retry of the group would be'],
  ],
  async run({ options, output, connect }) {
    const maxGroups = options.wholeNumber('limit', { least: 1, most: MOST }) ?? DEFAULT_LIMIT;
    const { db } = await connect();
    const { groups, isCapped } = await readFailures(db, { maxGroups });
    output.list(groups, { columns: COLUMNS, present: presentFailure, empty: 'Nothing failed.' });
    if (isCapped) output.note('\nOnly the newest 10,000 jobs that failed were looked at; there may be more.');
    return 0;
  },
};

function describeTrend(trend: readonly number[]): string {
  const most = Math.max(...trend);
  if (most === 0) return '-';
  return trend.map((count) => (count === 0 ? ' ' : BARS[Math.ceil((count / most) * 8) - 1])).join('');
}
