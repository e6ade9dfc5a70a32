import type { DashboardApp, DashboardDependencies } from '../dependencies.ts';
import { showPage } from '../shell/show-page.ts';
import { addCompletion } from './add-completion.ts';
import { addBulkPages } from './bulk/add-bulk-pages.ts';
import { createStateCounter } from './count-states.ts';
import { findPage } from './find-page.ts';
import { jobsPage } from './jobs-page.ts';
import { readSearch } from './read-search.ts';

/** The list of jobs, and what is done to many of them. */
export function addJobsPages(app: DashboardApp, deps: DashboardDependencies): void {
  const countStates = createStateCounter(deps.db);
  app.get(
    '/dashboard/jobs',
    showPage(deps, async (c, view) => {
      const search = readSearch(view, new URL(c.req.url).searchParams);
      const place = { before: c.req.query('before'), after: c.req.query('after') };
      const [found, counts] = await Promise.all([
        findPage(deps.db, search.filter, place),
        countStates(search),
      ]);
      return jobsPage(view, { search, found, counts });
    }),
  );
  addCompletion(app, deps);
  addBulkPages(app, deps);
}
