import type { Context } from 'hono';
import type { Database } from '../../db/database.ts';
import { HowdahError } from '../../errors.ts';
import type { AppEnv } from '../../http/app-dependencies.ts';
import { explainJob } from '../../look/explain-job.ts';
import { getJob } from '../../look/get-job.ts';
import { KeyedReadings } from '../../look/keyed-readings.ts';
import type { DashboardApp, DashboardDependencies } from '../dependencies.ts';
import { isRedraw, REDRAW_KEPT_MS } from '../shell/is-redraw.ts';
import { showPage } from '../shell/show-page.ts';
import type { View } from '../shell/view.ts';
import { addJobCommands } from './add-job-commands.ts';
import { type JobShown, jobPage } from './job-page.ts';
import { createRelatedReader } from './read-related.ts';

const ID = /^[1-9]\d{0,17}$/;

/** Reads what the page of the job in the address shows. @throws {HowdahError} `job_not_found` */
export type ReadShown = (c: Context<AppEnv>, view: View) => Promise<JobShown>;

/** One job, and what is done to it. */
export function addJobPage(app: DashboardApp, deps: DashboardDependencies): void {
  const read = createReader(deps.db);
  app.get(
    '/dashboard/jobs/:id',
    showPage(deps, async (c, view) => jobPage(view, await read(c, view))),
  );
  addJobCommands(app, deps, read);
}

function createReader(db: Database): ReadShown {
  const readRelated = createRelatedReader(db);
  const readings = new KeyedReadings<JobShown | undefined>({ keptMs: REDRAW_KEPT_MS });
  const readShown = async (id: string): Promise<JobShown | undefined> => {
    const [job, explanation] = await Promise.all([getJob(db, id), explainJob(db, id)]);
    return job && { job, explanation, related: await readRelated(job) };
  };
  return async (c, { texts }) => {
    const id = c.req.param('id') ?? '';
    const read = () => (ID.test(id) ? readShown(id) : Promise.resolve(undefined));
    const shown = await (isRedraw(c) ? readings.get(id, read) : read());
    if (!shown) throw new HowdahError('job_not_found', { detail: texts.job.notFound(id) });
    return shown;
  };
}
