import type { Context, Handler } from 'hono';
import type { SqlClient } from '../../db/sql-client.ts';
import { HowdahError } from '../../errors.ts';
import type { AppEnv } from '../../http/app-dependencies.ts';
import { refuseNoProducer } from '../../http/middleware/identify-caller.ts';
import type { JobState } from '../../look/job.ts';
import { readJobs } from '../../look/list-newer-jobs.ts';
import { type CancelledJobs, withCancelled } from '../../operate/cancelled-jobs.ts';
import { cancelJob, discardJob, rescheduleJob, retryJob, runJobNow } from '../../operate/job-commands.ts';
import { enqueueAgain } from '../../wire/enqueue-again.ts';
import type { DashboardApp, DashboardDependencies } from '../dependencies.ts';
import { readJson } from '../parts/read-json.ts';
import { type Form, type Redraw, takeCommand } from '../shell/take-command.ts';
import { viewOf } from '../shell/view.ts';
import type { ReadShown } from './add-job-page.ts';
import { jobPage, type RefusedForm } from './job-page.ts';
import { readRunAt } from './read-run-at.ts';

const ID = /^[1-9]\d{0,17}$/;

/** What an operator does to one job by a button of its page. */
export function addJobCommands(app: DashboardApp, deps: DashboardDependencies, read: ReadShown): void {
  const at = (name: string) => `/dashboard/jobs/:id/${name}`;
  app.post(
    at('retry'),
    takeCommand(deps, async ({ c, form, change }) => {
      const id = readId(c.req.param('id'));
      const shown = form.optional('shown') as JobState | undefined; // what it is not, the database refuses
      const retried = change(async (tx) => {
        await retryJob(tx, id, shown && [shown]);
        return { what: 'retried' };
      });
      return await retried.catch((error) => refuseChanged(error, { c, deps, id, shown }));
    }),
  );
  app.post(
    at('run-now'),
    simple(deps, 'run_now', (tx, id) => runJobNow(tx, id)),
  );
  app.post(
    at('discard'),
    simple(deps, 'discarded', (tx, id, form) => discardJob(tx, id, form.reason())),
  );
  app.post(
    at('reschedule'),
    takeCommand(
      deps,
      ({ c, form, change }) =>
        change(async (tx) => {
          await rescheduleJob(tx, readId(c.req.param('id')), readRunAt(form, deps.readings.clock.now()));
          return { what: 'rescheduled' };
        }),
      redraw(read, 'reschedule'),
    ),
  );
  app.post(
    at('cancel'),
    takeCommand(deps, async ({ c, form, change }) => {
      const id = readId(c.req.param('id'));
      const told: CancelledJobs[] = [];
      const done = await change(async (tx) => {
        const { cancelled } = await withCancelled(tx, id, cancelJob(tx, id, form.reason()));
        told.push(...cancelled);
        return { what: 'cancelled' };
      });
      for (const jobs of told) deps.events.emit('jobs.cancelled', jobs);
      return done;
    }),
  );
  addEnqueueAgain(app, deps, read);
}

/**
 * A page may be old: what was discarded there, another has retried since, and it may have completed. The retry has refused that under
 * its locks; this look, after it, is for the words of the reader alone.
 *
 * @throws {HowdahError} `wrong_state` for a job in another state than its page has shown; else the error
 */
async function refuseChanged(
  error: unknown,
  {
    c,
    deps,
    id,
    shown,
  }: { c: Context<AppEnv>; deps: DashboardDependencies; id: string; shown?: string | undefined },
): Promise<never> {
  const isRefused = error instanceof HowdahError && error.code === 'wrong_state';
  const [job] = isRefused && shown !== undefined ? await readJobs(deps.db, [id]) : [];
  if (shown === undefined || job === undefined || job.state === shown) throw error;
  const { job: words, parts } = viewOf(c, deps).texts;
  const before = isState(parts.states, shown) ? parts.states[shown] : shown;
  const detail = words.changedMeanwhile(before, parts.states[job.state]);
  throw new HowdahError('wrong_state', { detail, cause: error });
}

function isState(states: Readonly<Record<JobState, string>>, name: string): name is JobState {
  return Object.hasOwn(states, name);
}

function addEnqueueAgain(app: DashboardApp, deps: DashboardDependencies, read: ReadShown): void {
  app.post(
    '/dashboard/jobs/:id/enqueue-again',
    takeCommand(
      deps,
      async ({ c, form, change }) => {
        const id = readId(c.req.param('id'));
        refuseNoProducer(c.var);
        const payload = readJson('payload', form.optional('payload') ?? '');
        await deps.beforeEnqueue?.();
        return change(async (tx) => {
          const again = { sources: deps, distributor: deps.distributor, id, payload };
          return { what: 'enqueued', at: `jobs/${(await enqueueAgain(tx, again)).id}` };
        });
      },
      redraw(read, 'enqueue'),
    ),
  );
}

function simple(
  deps: DashboardDependencies,
  what: string,
  command: (tx: SqlClient, id: string, form: Form) => Promise<JobState>,
): Handler<AppEnv> {
  return takeCommand(deps, ({ c, form, change }) =>
    change(async (tx) => {
      await command(tx, readId(c.req.param('id')), form);
      return { what };
    }),
  );
}

/** The page with the form open, as it was filled in. It is at the form's address, where no page is. */
function redraw(read: ReadShown, menu: RefusedForm['menu']): Redraw {
  return async ({ c, form }, view, error) => {
    const shown = await read(c, view);
    return jobPage({ ...view, here: `jobs/${shown.job.id}` }, shown, { menu, form, error });
  };
}

function readId(id = ''): string {
  if (ID.test(id)) return id;
  throw new HowdahError('job_not_found');
}
