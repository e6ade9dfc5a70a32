import { HowdahError } from '../../errors.ts';
import { answerError } from '../../http/answers/answer-error.ts';
import { readQueueStats } from '../../look/queue-stats.ts';
import { SharedReading } from '../../look/shared-reading.ts';
import { listTasks } from '../../look/tasks.ts';
import { completeSearch } from '../../wire/search/complete-search.ts';
import type { DashboardApp, DashboardDependencies } from '../dependencies.ts';

const NAMES_KEPT_MS = 10_000;
const MAX_LENGTH = 10_000;
const MOST_OPTIONS = 12;

/** What may come at the cursor of a search, for the script: `q` the text, `at` the cursor. */
export function addCompletion(app: DashboardApp, { db, log }: DashboardDependencies): void {
  const names = new SharedReading({
    intervalMs: NAMES_KEPT_MS,
    idleMs: 0,
    async read() {
      const [queues, tasks] = await Promise.all([readQueueStats(db), listTasks(db)]);
      return { queues: queues.map(({ queue }) => queue), tasks: tasks.map(({ name }) => name) };
    },
  });
  app.get('/dashboard/jobs/complete', async (c) => {
    try {
      if (c.var.caller === undefined) throw new HowdahError('unauthorized');
      const text = (c.req.query('q') ?? '').slice(0, MAX_LENGTH);
      const at = Number(c.req.query('at'));
      const cursor = Number.isInteger(at) && at >= 0 && at <= text.length ? at : text.length;
      const { options, ...place } = completeSearch(text, cursor, (await names.get()).value);
      c.header('Cache-Control', 'no-store');
      return c.json({ ...place, options: options.slice(0, MOST_OPTIONS) });
    } catch (error) {
      return answerError(error, c, log);
    }
  });
}
