import { HowdahError } from '../../errors.ts';
import { explainJob } from '../../look/explain-job.ts';
import { getJob } from '../../look/get-job.ts';
import type { DashboardApp, DashboardDependencies } from '../dependencies.ts';
import { showPage } from '../shell/show-page.ts';
import { addJobCommands } from './add-job-commands.ts';
import { jobPage } from './job-page.ts';
import { createRelatedReader } from './read-related.ts';

const ID = /^[1-9]\d{0,17}$/;

/** One job, and what is done to it. */
export function addJobPage(app: DashboardApp, deps: DashboardDependencies): void {
  const { db } = deps;
  const readRelated = createRelatedReader(db);
  app.get(
    '/dashboard/jobs/:id',
    showPage(deps, async (c, view) => {
      const id = c.req.param('id') ?? '';
      const job = ID.test(id) ? await getJob(db, id) : undefined;
      if (!job) throw new HowdahError('job_not_found', { detail: view.texts.job.notFound(id) });
      const [explanation, related] = await Promise.all([explainJob(db, id), readRelated(job)]);
      return jobPage(view, { job, explanation, related });
    }),
  );
  addJobCommands(app, deps);
}
