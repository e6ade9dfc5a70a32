import { KeyedReadings } from '../../look/keyed-readings.ts';
import type { DashboardApp, DashboardDependencies } from '../dependencies.ts';
import { isRedraw, REDRAW_KEPT_MS } from '../shell/is-redraw.ts';
import { showPage } from '../shell/show-page.ts';
import { addCompletion } from './add-completion.ts';
import { addBulkPages } from './bulk/add-bulk-pages.ts';
import { createStateCounter } from './count-states.ts';
import { findPage, type JobsFound } from './find-page.ts';
import { jobsPage } from './jobs-page.ts';
import { readSearch } from './read-search.ts';

/** A search that takes long is drawn anew so much more rarely, as long as nobody asks for it by hand. */
const KEPT_TIMES = 20;

/** The list of jobs, and what is done to many of them. */
export function addJobsPages(app: DashboardApp, deps: DashboardDependencies): void {
  const countStates = createStateCounter(deps.db);
  const pages = new KeyedReadings<JobsFound>({ keptMs: REDRAW_KEPT_MS, keptTimes: KEPT_TIMES });
  app.get(
    '/dashboard/jobs',
    showPage(deps, async (c, view) => {
      const search = readSearch(view, new URL(c.req.url).searchParams);
      const place = { before: c.req.query('before'), after: c.req.query('after') };
      const find = () => findPage(deps.db, search.filter, place);
      const key = JSON.stringify([search.text, view.mayAct, place]);
      const [found, counts] = await Promise.all([
        isRedraw(c) ? pages.get(key, find) : find(),
        countStates(search),
      ]);
      return jobsPage(view, { search, found, counts });
    }),
  );
  addCompletion(app, deps);
  addBulkPages(app, deps);
}
