import type { Handler } from 'hono';
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
import type { Done } from '../shell/notice.ts';
import { type Command, type Form, type Redraw, takeCommand } from '../shell/take-command.ts';
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
    simple(deps, 'retried', (tx, id, form) => {
      const shown = form.optional('shown') as JobState | undefined; // what it is not, the database refuses
      return retryJob(tx, id, shown && [shown]);
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
    ofJob(
      deps,
      ({ form, change }, id) =>
        change(async (tx) => {
          await rescheduleJob(tx, id, readRunAt(form, deps.readings.clock.now()));
          return { what: 'rescheduled' };
        }),
      redraw(read, 'reschedule'),
    ),
  );
  app.post(
    at('cancel'),
    ofJob(deps, async ({ form, change }, id) => {
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

/** What is done to the job in the address. */
function ofJob(
  deps: DashboardDependencies,
  run: (command: Command, id: string) => Promise<Done>,
  again?: Redraw,
): Handler<AppEnv> {
  return takeCommand(
    deps,
    async (command) => {
      const id = command.c.req.param('id') ?? '';
      try {
        return await run(command, readId(id));
      } catch (error) {
        throw await sayRefused(error, command, { deps, id });
      }
    },
    again,
  );
}

/**
 * A page may be old: what was discarded there, another has retried since, and it may have completed. The command has refused that under
 * its locks; this look, after it, is for the words of the reader alone.
 */
async function sayRefused(
  error: unknown,
  { c, form }: Command,
  { deps, id }: { deps: DashboardDependencies; id: string },
): Promise<unknown> {
  if (!(error instanceof HowdahError)) return error;
  const { job: words, parts } = viewOf(c, deps).texts;
  if (error.code === 'job_not_found')
    return new HowdahError('job_not_found', { detail: words.notFound(id), cause: error });
  const [job] = error.code === 'wrong_state' ? await readJobs(deps.db, [id]).catch(() => []) : [];
  if (job === undefined) return error;
  const present = parts.states[job.state];
  const shown = form.optional('shown') ?? job.state;
  const before = isState(parts.states, shown) ? parts.states[shown] : shown;
  const detail =
    shown === job.state ? words.notInState(present, error.message) : words.changedMeanwhile(before, present);
  return new HowdahError('wrong_state', { detail, cause: error });
}

function isState(states: Readonly<Record<JobState, string>>, name: string): name is JobState {
  return Object.hasOwn(states, name);
}

function addEnqueueAgain(app: DashboardApp, deps: DashboardDependencies, read: ReadShown): void {
  app.post(
    '/dashboard/jobs/:id/enqueue-again',
    ofJob(
      deps,
      async ({ c, form, change }, id) => {
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
  return ofJob(deps, ({ form, change }, id) =>
    change(async (tx) => {
      await command(tx, id, form);
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
