import type { Database } from '../../db/database.ts';
import type { JobSummary } from '../../look/job.ts';
import type { JobFilter } from '../../look/job-filter.ts';
import { listJobs, MAX_PAGE_SIZE } from '../../look/list-jobs.ts';
import { presentSummary } from '../../wire/present-job.ts';
import { FILTER_OPTIONS, readFilter } from '../arguments/job-filter-options.ts';
import { toJobId } from '../arguments/job-id.ts';
import type { Call, Command } from '../command.ts';
import { UsageError } from '../command-error.ts';
import { JOB_COLUMNS } from '../terminal/job-columns.ts';
import type { Output } from '../terminal/output.ts';
import { watchUntilInterrupted } from '../terminal/watch-until-interrupted.ts';

const DEFAULT_LIMIT = 50;
const MOST = 10_000;
const DEFAULT_INTERVAL_MS = 2_000;
const LEAST_INTERVAL_MS = 100;
const NOTHING = 'No job fits.';

export const jobs: Command = {
  options: {
    ...FILTER_OPTIONS,
    search: { value: 'TEXT', help: 'With this id or key, or with this in their latest error' },
    limit: { value: 'N', help: `Jobs at most (default ${DEFAULT_LIMIT})` },
    before: { value: 'ID', help: 'Only jobs older than this one: the next page' },
    watch: { help: 'Look again and again, until Ctrl-C; JSON is then a line a look' },
    interval: { value: 'DURATION', help: 'Between two looks (default 2s)' },
  },
  examples: [
    ['jobs', 'the newest 50'],
    ['jobs --state running,retryable --watch', 'what is at work or in trouble, refreshed every two seconds'],
    ['jobs --queue critical --error timeout --since 1h', 'what ran into a timeout in the last hour'],
    [`jobs --where 'state:discarded attempts:>3 since:1h'`, 'the same conditions in one text'],
    ['jobs --state discarded --json | jq -r ".[].id"', 'ids of what was given up'],
  ],
  async run(call) {
    const { options, output, connect } = call;
    const asked = readFilter(options);
    const search = options.text('search');
    if (search !== undefined && asked.search !== undefined)
      throw new UsageError('--search: expected it once; --where has words too');
    const filter = { ...asked, search: search ?? asked.search };
    const page = readPage(call);
    if (options.isSet('watch')) return watch(call, filter);
    const { db } = await connect();
    output.list(await list(db, filter, page), {
      columns: JOB_COLUMNS,
      present: presentSummary,
      empty: NOTHING,
    });
    return 0;
  },
};

interface Page {
  limit: number;
  beforeId: string | undefined;
}

function readPage({ options }: Call): Page {
  const before = options.text('before');
  return {
    limit: options.wholeNumber('limit', { least: 1, most: MOST }) ?? DEFAULT_LIMIT,
    beforeId: before === undefined ? undefined : toJobId(before),
  };
}

async function list(db: Database, filter: JobFilter, { limit, beforeId }: Page): Promise<JobSummary[]> {
  const found: JobSummary[] = [];
  let before: string | null | undefined = beforeId;
  while (found.length < limit && before !== null) {
    const size = Math.min(limit - found.length, MAX_PAGE_SIZE);
    const { jobs, nextBeforeId } = await listJobs(db, filter, { limit: size, beforeId: before });
    found.push(...jobs);
    before = nextBeforeId;
  }
  return found;
}

async function watch(call: Call, filter: JobFilter): Promise<0> {
  const { options, output, connect } = call;
  const intervalMs = options.durationMs('interval') ?? DEFAULT_INTERVAL_MS;
  if (intervalMs < LEAST_INTERVAL_MS)
    throw new UsageError(`--interval: expected ${LEAST_INTERVAL_MS}ms or more`);
  const { limit, beforeId } = readPage(call);
  const database = await connect();
  const look = async () => {
    const fitting = output.isTerminal ? Math.min(limit, output.height) : limit;
    const found = await list(database.db, filter, { limit: fitting, beforeId });
    if (output.isJson) output.json(found.map(presentSummary), 0);
    else output.screen(renderLook(output, found));
  };
  await watchUntilInterrupted({ look, intervalMs, output, database });
  return 0;
}

function renderLook(output: Output, found: JobSummary[]): string {
  const head = output.paint('dim', `${new Date().toISOString()}  Ctrl-C ends`);
  return `${head}\n${found.length === 0 ? NOTHING : output.table(found, JOB_COLUMNS)}`;
}
