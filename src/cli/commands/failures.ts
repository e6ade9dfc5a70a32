import { readCanaries } from '../../look/canaries.ts';
import { type FailureGroup, readFailure, readFailures } from '../../look/failure-groups.ts';
import { presentCanary, presentFailure } from '../../wire/present-failure.ts';
import { toFailureId } from '../arguments/failure-id.ts';
import type { Call, Command, ExitCode } from '../command.ts';
import { CommandError } from '../command-error.ts';
import { describeInstant } from '../terminal/describe-time.ts';
import { renderCanary } from '../terminal/render-canary.ts';
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
  usage: '[FAILURE]',
  argumentCount: [0, 1],
  about: [
    'Jobs that are discarded, or failed and have not ended, by task and error, in which … stands for numbers, ids,',
    'addresses and quoted texts. LAST HOUR is how many failed in each five minutes of it. The newest 10,000 such jobs are',
    'looked at. `--failure ID` of other commands means the jobs of a group.',
  ],
  options: { limit: { value: 'N', help: `Groups at most, the largest first (default ${DEFAULT_LIMIT})` } },
  examples: [
    ['failures', 'what fails, and how often'],
    ['failures 9f2c41d0a7be6635', 'one group, and how its canaries went'],
    ['jobs --failure 9f2c41d0a7be6635', 'the jobs of a group'],
    ['retry --failure 9f2c41d0a7be6635 --dry-run', 'how many a retry of the group would be'],
  ],
  async run(call) {
    const { args, options, output, connect } = call;
    if (args[0] !== undefined) return showOne(toFailureId(args[0]), call);
    const maxGroups = options.wholeNumber('limit', { least: 1, most: MOST }) ?? DEFAULT_LIMIT;
    const { db } = await connect();
    const { groups, isCapped } = await readFailures(db, { maxGroups });
    output.list(groups, { columns: COLUMNS, present: presentFailure, empty: 'Nothing failed.' });
    if (isCapped) output.note('\nOnly the newest 10,000 jobs that failed were looked at; there may be more.');
    return 0;
  },
};

async function showOne(id: string, { output, connect }: Call): Promise<ExitCode> {
  const { db } = await connect();
  const [group, canaries] = [await readFailure(db, id), await readCanaries(db, id)];
  if (!group && canaries.length === 0)
    throw new CommandError(`No job fails like ${id}, and there was no canary.`);
  if (output.isJson) {
    output.json({ failure: group ? presentFailure(group) : null, canaries: canaries.map(presentCanary) });
    return 0;
  }
  const title = group ? output.table([group], COLUMNS) : 'None of its jobs fails by now.';
  output.line([title, ...canaries.map((each) => renderCanary(each, output))].join('\n\n'));
  return 0;
}

function describeTrend(trend: readonly number[]): string {
  const most = Math.max(...trend);
  if (most === 0) return '-';
  return trend.map((count) => (count === 0 ? ' ' : BARS[Math.ceil((count / most) * 8) - 1])).join('');
}
