import type { Transaction } from '../../db/database.ts';
import { HowdahError } from '../../errors.ts';
import type { JobState } from '../../look/job.ts';
import { BULK_STATES, type BulkAction } from '../../operate/bulk.ts';
import type { BulkReport } from '../../wire/schemas/bulk.ts';
import { FILTER_OPTIONS, hasFilter, readFilter } from '../arguments/job-filter-options.ts';
import { toJobId } from '../arguments/job-id.ts';
import type { Call, Command, ExitCode, OptionDefinitions } from '../command.ts';
import { UsageError } from '../command-error.ts';
import { interruptSignal } from '../terminal/interrupt-signal.ts';
import { actLocally } from './act-locally.ts';
import type { BulkOrder } from './run-bulk-with-bar.ts';

const DEFAULT_MAX = 1_000;
const MOST = 100_000;

export const REASON_OPTION: OptionDefinitions = {
  reason: { value: 'TEXT', help: 'Why: becomes the last error of the job' },
};

const BULK_OPTIONS: OptionDefinitions = {
  ...FILTER_OPTIONS,
  'dry-run': { help: 'Only count the jobs that fit, all of them unless --limit is given' },
  limit: { value: 'N', help: `Jobs at most, the oldest first (default ${DEFAULT_MAX})` },
};

export interface ChangeDefinition extends Pick<Command, 'about' | 'options' | 'examples'> {
  action: BulkAction;
  /** What was done to a job: "cancelled". */
  done: string;
  one: (tx: Transaction, id: string, reason: string | undefined) => Promise<JobState>;
}

/** A command that does something to jobs, named by their ids or by a filter. */
export function changeCommand(definition: ChangeDefinition): Command {
  const { about = [], options = {}, examples } = definition;
  return {
    examples,
    usage: 'ID… | --queue NAME --state STATE …',
    about: [
      ...about,
      'Jobs are named by their ids, or by a filter as in `howdah jobs`, which wants at least one condition.',
    ],
    argumentCount: [0, Number.POSITIVE_INFINITY],
    options: { ...options, ...BULK_OPTIONS },
    run: (call) => (call.args.length > 0 ? changeNamed(definition, call) : changeMatching(definition, call)),
  };
}

/** One after the other, each in a transaction of its own; exit code 1 when any was refused. */
export async function changeEach(
  { args, output, connect }: Call,
  change: (tx: Transaction, id: string) => Promise<JobState>,
): Promise<ExitCode> {
  const ids = args.map(toJobId);
  const { db } = await connect();
  const outcomes: Outcome[] = [];
  try {
    for (const id of ids) {
      const outcome = await actLocally(db, (tx) => change(tx, id))
        .then((state) => ({ id, state }))
        .catch((error: unknown) => toRefusal(id, error));
      outcomes.push(outcome);
      output.note(
        'state' in outcome ? describeState(id, outcome.state) : `Refused: ${outcome.error.message}`,
      );
    }
  } finally {
    if (output.isJson && outcomes.length > 0) output.json(outcomes);
  }
  return outcomes.every((outcome) => 'state' in outcome) ? 0 : 1;
}

async function changeNamed(definition: ChangeDefinition, call: Call): Promise<ExitCode> {
  if (Object.keys(BULK_OPTIONS).some((name) => call.options.isSet(name))) {
    throw new UsageError('expected ids or a filter, received both');
  }
  const reason = call.options.text('reason');
  return changeEach(call, (tx, id) => definition.one(tx, id, reason));
}

type Outcome = { id: string; state: JobState } | { id: string; error: { code: string; message: string } };

/** Of what is done to jobs, only a cancellation leaves one running. */
function describeState(id: string, state: JobState): string {
  return state === 'running'
    ? `Job ${id} still runs: it was told to stop, and ends cancelled.`
    : `Job ${id} is ${state}.`;
}

function toRefusal(id: string, error: unknown): Outcome {
  if (!(error instanceof HowdahError)) throw error;
  return { id, error: { code: error.code, message: error.message } };
}

async function changeMatching(definition: ChangeDefinition, call: Call): Promise<ExitCode> {
  const { options, output, connect } = call;
  const order = readOrder(definition, call);
  const [{ db }, { runBulkWithBar }] = await Promise.all([connect(), import('./run-bulk-with-bar.ts')]);
  using interrupt = interruptSignal();
  const report = await runBulkWithBar(db, { ...order, signal: interrupt.signal }, output);
  output.answer(report, describeReport(report, definition.done, order.max));
  if (!interrupt.signal.aborted) return 0;
  output.note(`Stopped; the same command goes on${options.isSet('limit') ? ', to its limit' : ''}.`);
  return 1;
}

function readOrder({ action }: ChangeDefinition, { options }: Call): Omit<BulkOrder, 'signal'> {
  if (!hasFilter(options))
    throw new UsageError('expected the ids of jobs, or a filter such as --queue default');
  const filter = readFilter(options);
  const isDryRun = options.isSet('dry-run');
  const states: readonly JobState[] = BULK_STATES[action];
  const wrong = filter.states?.find((state) => !states.includes(state));
  if (wrong) throw new UsageError(`--state: expected one of ${states.join(', ')}; received "${wrong}"`);
  return {
    ...{ action, filter },
    max: options.wholeNumber('limit', { least: 1, most: MOST }) ?? (isDryRun ? Infinity : DEFAULT_MAX),
    isDryRun,
    reason: options.text('reason'),
  };
}

function describeReport(
  { dry_run, matched, changed, skipped, is_complete }: BulkReport,
  done: string,
  max: number,
): string {
  const more = is_complete ? '' : ' There may be more.';
  if (dry_run && max === Infinity && matched > DEFAULT_MAX) {
    return `${jobs(matched)} fit. The oldest ${DEFAULT_MAX} of them would be ${done}, or as many as --limit says.`;
  }
  if (dry_run) return `${jobs(matched)} would be ${done}.${more}`;
  const rest =
    skipped === 0 ? '' : ` ${jobs(skipped)} left alone: in use this moment, or in no state for it.`;
  return `${jobs(changed)} ${done}.${rest}${more}`;
}

function jobs(count: number): string {
  return count === 1 ? '1 job' : `${count} jobs`;
}
