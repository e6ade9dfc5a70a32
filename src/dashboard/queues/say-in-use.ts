import type { Database } from '../../db/database.ts';
import { HowdahError } from '../../errors.ts';
import { listSchedules } from '../../look/schedules.ts';
import { listTasks } from '../../look/tasks.ts';
import { MAX_SEARCH_MS, withinTime } from '../../look/within-time.ts';
import { listWorkers } from '../../look/workers.ts';
import { countJobs } from '../../operate/bulk.ts';
import { PageError } from '../shell/page-error.ts';
import type { Texts } from '../texts/en/en.ts';

/** Cancelled with a queue at most. */
const MOST_CANCELLED = 10_000;
const WAITING = ['scheduled', 'available', 'retryable'] as const;

/** What keeps a queue from being removed. */
interface InTheWay {
  queue: string;
  isForced: boolean;
  waitingCount: number;
  runningCount: number;
  /** Host and process each. */
  workers: readonly string[];
  tasks: readonly string[];
  schedules: readonly string[];
}

/**
 * Why a queue was not removed, in the words of its page. The removal has refused that under its locks; this look, after it, is for the
 * words of the reader alone.
 */
export async function sayInUse(
  error: unknown,
  { db, queue, isForced }: { db: Database; queue: string; isForced: boolean },
): Promise<unknown> {
  if (!(error instanceof HowdahError) || error.code !== 'queue_in_use') return error;
  const found = await readInTheWay(db, queue).catch(() => undefined);
  if (found === undefined) return error;
  return new PageError('queue_in_use', ({ inUse }) => tell(inUse, { ...found, queue, isForced }), error);
}

async function readInTheWay(db: Database, queue: string) {
  const counting = (states: readonly (typeof WAITING)[number][] | readonly ['running']) =>
    withinTime(db, MAX_SEARCH_MS, (tx) => countJobs(tx, { queue, states }, MOST_CANCELLED + 1));
  const [waitingCount, runningCount, workers, tasks, schedules] = await Promise.all([
    counting(WAITING),
    counting(['running']),
    listWorkers(db),
    listTasks(db),
    listSchedules(db),
  ]);
  const itsOwn = <Row extends { queue: string }>(rows: readonly Row[]) =>
    rows.filter((row) => row.queue === queue);
  return {
    ...{ waitingCount, runningCount },
    workers: itsOwn(workers).map(({ host, pid }) => (pid === null ? host : `${host} ${pid}`)),
    tasks: itsOwn(tasks).map(({ name }) => name),
    schedules: itsOwn(schedules).map(({ identifier }) => identifier),
  };
}

function tell(texts: Texts['mistakes']['inUse'], found: InTheWay) {
  const reasons = reasonsOf(texts, found).filter((each) => each !== '');
  if (reasons.length === 0) return { detail: texts.busy };
  return { detail: [texts.kept, ...reasons].join('\n') };
}

/** None of what can be seen: then others were at work with it, and have not committed. */
function reasonsOf(texts: Texts['mistakes']['inUse'], found: InTheWay): string[] {
  const { queue, isForced, waitingCount, runningCount, workers, tasks, schedules } = found;
  if (queue === 'default') return [texts.isDefault];
  const naming = (say: (names: string) => string, names: readonly string[]) =>
    names.length === 0 ? '' : say(names.join(', '));
  return [
    waitingCount > MOST_CANCELLED ? texts.tooMany(`${MOST_CANCELLED}`) : '',
    waitingCount > 0 && waitingCount <= MOST_CANCELLED && !isForced ? texts.waiting(`${waitingCount}`) : '',
    runningCount > 0 ? texts.running(`${runningCount}`) : '',
    naming(texts.workers, workers),
    naming(texts.tasks, tasks),
    naming(texts.schedules, schedules),
  ];
}
