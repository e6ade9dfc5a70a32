import { type QueueStats, readQueueStats } from '../../look/queue-stats.ts';
import { removeQueue } from '../../operate/queue-commands.ts';
import { presentQueue } from '../../wire/present-queue.ts';
import { actLocally } from '../act/act-locally.ts';
import type { Call, Command, ExitCode } from '../command.ts';
import { UsageError } from '../command-error.ts';
import { describeDuration, describeInstant } from '../terminal/describe-time.ts';
import type { Column } from '../terminal/table.ts';
import { printable } from '../terminal/text-width.ts';

const COLUMNS: readonly Column<QueueStats>[] = [
  { title: 'QUEUE', text: ({ queue }) => queue, style: () => 'bold' },
  {
    title: 'STATE',
    text: ({ isPaused }) => (isPaused ? 'paused' : 'active'),
    style: ({ isPaused }) => (isPaused ? 'yellow' : 'green'),
  },
  { title: 'AVAILABLE', text: (queue) => count(queue, queue.availableCount), align: 'right' },
  { title: 'SCHEDULED', text: (queue) => count(queue, queue.scheduledCount), align: 'right' },
  { title: 'RETRYABLE', text: (queue) => count(queue, queue.retryableCount), align: 'right' },
  { title: 'RUNNING', text: describeRunning, align: 'right' },
  { title: 'WORKERS', text: ({ workerCount }) => String(workerCount), align: 'right' },
  { title: 'OLDEST WAITS', text: describeWait, align: 'right' },
];

export const queues: Command = {
  usage: '[remove QUEUE]',
  about: [
    'Counts above some thousands are estimates, marked ~. RUNNING is of the places of all workers together.',
    '`remove` takes one away that nothing uses: no job is in it, no worker serves it, no task is at home there and no schedule',
    'enqueues to it. Its finished jobs stay. A start that has it in QUEUES, or a task at home there, makes it again.',
  ],
  argumentCount: [0, 2],
  choices: ['remove'],
  options: {
    force: { help: 'With remove: jobs that wait there are cancelled first, at most 10,000' },
  },
  examples: [
    ['queues', 'one line a queue'],
    ['queues --json | jq ".[] | select(.is_paused) | .name"', 'names of the paused ones'],
    ['queues remove critcal', 'takes away what a misspelt QUEUES has made'],
  ],
  async run(call) {
    const [action, queue] = call.args;
    const isForced = call.options.isSet('force');
    if (action === undefined && !isForced) return list(call);
    if (action !== 'remove' || queue === undefined) {
      throw new UsageError(
        `expected ${queues.usage}, received ${[...call.args, ...(isForced ? ['--force'] : [])].join(' ')}`,
      );
    }
    const { db } = await call.connect();
    const cancelled = await actLocally(db, (tx) => removeQueue(tx, queue, { isForced }));
    const words = `Queue ${queue} is removed; ${cancelled === 0 ? 'no job was' : cancelled === 1 ? '1 job was' : `${cancelled} jobs were`} cancelled for it.`;
    call.output.answer({ action, queue, cancelled }, words);
    return 0;
  },
};

async function list({ output, connect }: Call): Promise<ExitCode> {
  const { db } = await connect();
  const present = (queue: QueueStats) => {
    const { throughput_per_second: _, ...rest } = presentQueue(queue, null);
    return rest;
  };
  const found = await readQueueStats(db);
  output.list(found, { columns: COLUMNS, present, empty: 'There is no queue.' });
  const paused = found.filter(({ isPaused }) => isPaused);
  if (paused.length > 0) output.note(`\n${paused.map(describePause).join('\n')}`);
  return 0;
}

/** On a line of its own, as a column would cut the reason. */
function describePause({ queue, pausedAt, pausedBy }: QueueStats): string {
  return printable(
    `${queue} was paused ${describeInstant(pausedAt)}${pausedBy === null ? '' : ` by ${pausedBy}`}`,
  );
}

function describeRunning({ runningCount, concurrency, fleetConcurrency }: QueueStats): string {
  const places = fleetConcurrency === null ? concurrency : Math.min(concurrency, fleetConcurrency);
  return `${runningCount}/${places}`;
}

function describeWait({ availableCount, oldestWaitSeconds }: QueueStats): string {
  return availableCount === 0 ? '-' : describeDuration(oldestWaitSeconds * 1000);
}

function count({ isEstimate }: QueueStats, jobs: number): string {
  return isEstimate ? `~${Math.round(jobs)}` : String(jobs);
}
