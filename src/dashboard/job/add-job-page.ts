import type { Context } from 'hono';
import type { Database } from '../../db/database.ts';
import { LOCK_NOT_AVAILABLE, sqlStateOf } from '../../db/sql-state.ts';
import { HowdahError } from '../../errors.ts';
import type { AppEnv } from '../../http/app-dependencies.ts';
import { explainJob } from '../../look/explain-job.ts';
import { getJob } from '../../look/get-job.ts';
import type { Job } from '../../look/job.ts';
import { KeyedReadings } from '../../look/keyed-readings.ts';
import { type RelatedJobs, readRelated } from '../../look/related-jobs.ts';
import { withinTime } from '../../look/within-time.ts';
import { linksOf } from '../../wire/job-links.ts';
import { withholdFields } from '../../wire/withhold-fields.ts';
import type { DashboardApp, DashboardDependencies } from '../dependencies.ts';
import { isRedraw, REDRAW_KEPT_MS } from '../shell/is-redraw.ts';
import { showPage } from '../shell/show-page.ts';
import type { View } from '../shell/view.ts';
import { addJobCommands } from './add-job-commands.ts';
import { type JobShown, jobPage } from './job-page.ts';

const ID = /^[1-9]\d{0,17}$/;

/** Reads what the page of the job in the address shows. @throws {HowdahError} `job_not_found` */
export type ReadShown = (c: Context<AppEnv>, view: View) => Promise<JobShown>;

/** One job, and what is done to it. */
export function addJobPage(app: DashboardApp, deps: DashboardDependencies): void {
  const read = createReader(deps);
  app.get(
    '/dashboard/jobs/:id',
    showPage(deps, async (c, view) => jobPage(view, await read(c, view))),
  );
  addJobCommands(app, deps, read);
}

/** Related jobs are looked for no longer: a page about one job does not wait for others. */
const MAX_RELATED_MS = 300;
/** However often the page is drawn anew. */
const RELATED_KEPT_MS = 15_000;

function createReader({ db, links = [] }: DashboardDependencies): ReadShown {
  const related = new KeyedReadings<RelatedJobs | undefined>({ keptMs: RELATED_KEPT_MS });
  const readings = new KeyedReadings<JobShown | undefined>({ keptMs: REDRAW_KEPT_MS });
  const readShown = async (id: string): Promise<JobShown | undefined> => {
    const [job, explanation] = await Promise.all([getJob(db, id), explainJob(db, id)]);
    if (!job) return undefined;
    const found = await related.get(id, () => findRelated(db, id));
    return { job: withheld(job), explanation, related: found, links: linksOf(links, job) };
  };
  return async (c, { texts }) => {
    const id = c.req.param('id') ?? '';
    const read = () => (ID.test(id) ? readShown(id) : Promise.resolve(undefined));
    const shown = await (isRedraw(c) ? readings.get(id, read) : read());
    if (!shown) throw new HowdahError('job_not_found', { detail: texts.job.notFound(id) });
    return shown;
  };
}

/** What the configuration withholds from everybody is not shown, and not put into a form. */
function withheld(job: Job): Job {
  const shown = (value: unknown) => withholdFields(value, job.redactedFields);
  return { ...job, payload: shown(job.payload), result: shown(job.result) };
}

async function findRelated(db: Database, id: string): Promise<RelatedJobs | undefined> {
  try {
    return await withinTime(db, MAX_RELATED_MS, (tx) => readRelated(tx, id));
  } catch (error) {
    if (error instanceof HowdahError && error.status < 500) return undefined;
    if (sqlStateOf(error) === LOCK_NOT_AVAILABLE) return undefined;
    throw error;
  }
}
