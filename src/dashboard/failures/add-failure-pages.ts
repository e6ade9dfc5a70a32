import type { Database } from '../../db/database.ts';
import { HowdahError } from '../../errors.ts';
import { readCanaries } from '../../look/canaries.ts';
import { readFailure } from '../../look/failure-groups.ts';
import { listJobs } from '../../look/list-jobs.ts';
import { startCanary } from '../../operate/start-canary.ts';
import type { DashboardApp, DashboardDependencies } from '../dependencies.ts';
import { shareRedraws } from '../shell/share-redraws.ts';
import { showPage } from '../shell/show-page.ts';
import { takeCommand } from '../shell/take-command.ts';
import { failurePage } from './failure-page.ts';
import { failuresPage } from './failures-page.ts';

const NEWEST = 10;
const CANARY_SIZE = 5;

/** What fails, by task and error, and how it is mended: some are retried first, then all. */
export function addFailurePages(app: DashboardApp, deps: DashboardDependencies): void {
  const { db, readings } = deps;
  const share = shareRedraws<Awaited<ReturnType<typeof readGroup>>>();
  app.get(
    '/dashboard/failures',
    showPage(deps, async (_, view) => failuresPage(view, (await readings.failures.get()).value)),
  );
  app.get(
    '/dashboard/failures/:id',
    showPage(deps, async (c, view) => {
      const id = c.req.param('id') ?? '';
      const { group, canaries, newest } = await share(c, () => readGroup(db, id));
      if (!group && canaries.length === 0) {
        throw new HowdahError('not_found', { detail: view.texts.failures.unknown });
      }
      return failurePage(view, { id, group, canaries, newest });
    }),
  );
  app.post(
    '/dashboard/failures/:id/canary',
    takeCommand(deps, ({ c, form, change }) =>
      change(async (tx) => {
        const options = { jobs: CANARY_SIZE, reason: form.reason() };
        const { jobs } = await startCanary(tx, c.req.param('id') ?? '', options);
        return { what: 'canary', count: jobs.length };
      }),
    ),
  );
}

async function readGroup(db: Database, id: string) {
  const [group, canaries] = await Promise.all([readFailure(db, id), readCanaries(db, id)]);
  const newest = group ? await listJobs(db, { failure: id }, { limit: NEWEST }) : { jobs: [] };
  return { group, canaries, newest: newest.jobs };
}
