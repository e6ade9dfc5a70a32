import type { Database } from '../../../db/database.ts';
import { HowdahError } from '../../../errors.ts';
import type { JobState } from '../../../look/job.ts';
import { readJobs } from '../../../look/list-newer-jobs.ts';
import { MAX_SEARCH_MS, withinTime } from '../../../look/within-time.ts';
import { BULK_STATES, countJobs } from '../../../operate/bulk.ts';
import type { DashboardApp, DashboardDependencies } from '../../dependencies.ts';
import { wrongField } from '../../shell/page-error.ts';
import { showPage } from '../../shell/show-page.ts';
import { answerCommand, type Form, formOf } from '../../shell/take-command.ts';
import { sayRefused } from '../say-refused.ts';
import { type BulkOrder, readOrder } from './bulk-order.ts';
import type { BulkWork } from './bulk-work.ts';
import { changeSelected } from './change-selected.ts';
import { confirmPage, type DryRun } from './confirm-page.ts';
import { outcomePage } from './outcome-page.ts';
import { recallWork, takeStep } from './take-step.ts';

/** Counted no further, and done no further at once. */
const MOST_JOBS = 1_000_000;

/** Asks whether it shall be done, does it step by step, and reports. */
export function addBulkPages(app: DashboardApp, deps: DashboardDependencies): void {
  const look = showPage(deps, async (c, view) => {
    if (!view.mayAct) throw new HowdahError('forbidden', { detail: view.texts.shell.error.tooLow });
    const fields = new URL(c.req.url).searchParams;
    const order = readOrder(view, fields);
    const work = fields.has('key') ? readWork(order, formOf(fields)) : undefined;
    const known = work && (await recallWork(deps.db, work));
    if (work && known) return outcomePage(view, work, known, fields.has('going'));
    return confirmPage(view, order, await runDry(deps.db, order));
  });
  // An address without an order is what somebody wrote, or cut off.
  app.get('/dashboard/jobs/act', (c, next) =>
    c.req.query('action') === undefined ? c.redirect('../jobs') : look(c, next),
  );
  app.post(
    '/dashboard/jobs/act',
    answerCommand(deps, async ({ c, view, form }) => {
      const order = readOrder(view, new URLSearchParams(await c.req.text()));
      const work = readWork(order, form);
      if (order.scope === 'selected') {
        const report = await changeSelected(c, deps, work);
        return outcomePage(view, work, { report, isOver: true, isBrokenOff: false });
      }
      const step = { ...work, isStop: form.optional('stop') !== undefined };
      const taken = takeStep(c, deps, step);
      return outcomePage(view, work, await taken.catch((error) => refuse(error, order)));
    }),
  );
}

async function runDry(db: Database, order: BulkOrder): Promise<DryRun> {
  if (order.scope === 'selected') return runDryOnSelected(db, order);
  const { filter } = order;
  if (filter === undefined) return { fitting: 0, isCapped: false };
  const count = withinTime(db, MAX_SEARCH_MS, (tx) => countJobs(tx, filter, MOST_JOBS + 1));
  const found = await count.catch((error) => refuse(error, order));
  return { fitting: Math.min(found, MOST_JOBS), isCapped: found > MOST_JOBS };
}

function refuse(error: unknown, { filter = {} }: BulkOrder): never {
  throw sayRefused(error, filter);
}

async function runDryOnSelected(db: Database, { action, ids }: BulkOrder): Promise<DryRun> {
  const selected = await readJobs(db, ids);
  const allowed: readonly JobState[] = BULK_STATES[action];
  const fitting = selected.filter(({ state }) => allowed.includes(state)).length;
  return { fitting, isCapped: false, selected };
}

/** @throws {HowdahError} `invalid_request` for a form, or an address, that is not as ours are */
function readWork(order: BulkOrder, form: Form): BulkWork {
  return { order, key: form.text('key'), reason: form.reason(), max: readMax(form) };
}

function readMax(form: Form): number {
  const max = Number(form.text('max'));
  if (Number.isInteger(max) && max >= 1 && max <= MOST_JOBS) return max;
  throw wrongField('max', {
    expected: (texts) => texts.wholeNumber(1, MOST_JOBS),
    received: form.text('max'),
  });
}
