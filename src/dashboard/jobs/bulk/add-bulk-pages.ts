import type { Database } from '../../../db/database.ts';
import { HowdahError } from '../../../errors.ts';
import type { JobState } from '../../../look/job.ts';
import { readJobs } from '../../../look/list-newer-jobs.ts';
import { MAX_SEARCH_MS, withinTime } from '../../../look/within-time.ts';
import { BULK_STATES, countJobs } from '../../../operate/bulk.ts';
import type { DashboardApp, DashboardDependencies } from '../../dependencies.ts';
import { showPage } from '../../shell/show-page.ts';
import { answerCommand, type Form } from '../../shell/take-command.ts';
import { type BulkOrder, readOrder } from './bulk-order.ts';
import { changeSelected } from './change-selected.ts';
import { confirmPage, type DryRun } from './confirm-page.ts';
import { progressPage, reportPage } from './outcome-page.ts';
import { takeStep } from './take-step.ts';

/** Counted no further, and done no further at once. */
const MOST_JOBS = 1_000_000;

/** Asks whether it shall be done, does it step by step, and reports. */
export function addBulkPages(app: DashboardApp, deps: DashboardDependencies): void {
  const confirm = showPage(deps, async (c, view) => {
    if (!view.mayAct) throw new HowdahError('forbidden', { detail: view.texts.shell.error.tooLow });
    const order = readOrder(view, new URL(c.req.url).searchParams);
    return confirmPage(view, order, await runDry(deps.db, order));
  });
  // Where a change of the language comes back to, from a page that was an answer to a form.
  app.get('/dashboard/jobs/act', (c, next) =>
    c.req.query('action') === undefined ? c.redirect('../jobs') : confirm(c, next),
  );
  app.post(
    '/dashboard/jobs/act',
    answerCommand(deps, async ({ c, view, form }) => {
      const order = readOrder(view, new URLSearchParams(await c.req.text()));
      const [key, reason] = [form.text('key'), form.reason()];
      if (order.scope === 'selected') {
        const report = await changeSelected(c, deps, { order, key, reason });
        return reportPage(view, order, { report, isBrokenOff: false });
      }
      const step = { order, key, reason, max: readMax(form), isStop: form.optional('stop') !== undefined };
      const result = await takeStep(c, deps, step);
      return result.isOver ? reportPage(view, order, result) : progressPage(view, step, result);
    }),
  );
}

async function runDry(db: Database, order: BulkOrder): Promise<DryRun> {
  if (order.scope === 'selected') return runDryOnSelected(db, order);
  const { filter } = order;
  if (filter === undefined) return { fitting: 0, isCapped: false };
  const found = await withinTime(db, MAX_SEARCH_MS, (tx) => countJobs(tx, filter, MOST_JOBS + 1));
  return { fitting: Math.min(found, MOST_JOBS), isCapped: found > MOST_JOBS };
}

async function runDryOnSelected(db: Database, { action, ids }: BulkOrder): Promise<DryRun> {
  const selected = await readJobs(db, ids);
  const allowed: readonly JobState[] = BULK_STATES[action];
  const fitting = selected.filter(({ state }) => allowed.includes(state)).length;
  return { fitting, isCapped: false, selected };
}

function readMax(form: Form): number {
  const max = Number(form.text('max'));
  if (Number.isInteger(max) && max >= 1 && max <= MOST_JOBS) return max;
  const message = `expected a whole number 1 to ${MOST_JOBS}`;
  throw new HowdahError('invalid_request', {
    detail: `max: ${message}`,
    fields: [{ field: 'max', message }],
  });
}
