import type { Database } from '../../db/database.ts';
import type { SqlClient } from '../../db/sql-client.ts';
import { HowdahError } from '../../errors.ts';
import { readCanaries } from '../../look/canaries.ts';
import { readFailure } from '../../look/failure-groups.ts';
import { listJobs } from '../../look/list-jobs.ts';
import { startCanary } from '../../operate/start-canary.ts';
import type { DashboardApp, DashboardDependencies } from '../dependencies.ts';
import { inReadersWords } from '../shell/page-error.ts';
import { shareRedraws } from '../shell/share-redraws.ts';
import { showPage } from '../shell/show-page.ts';
import { takeCommand } from '../shell/take-command.ts';
import { type View, viewOf } from '../shell/view.ts';
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
    takeCommand(deps, ({ c, form, change }) => {
      const group = { id: c.req.param('id') ?? '', seen: form.optional('seen'), view: viewOf(c, deps) };
      return change(async (tx) => {
        await refuseSecond(tx, group);
        const order = { jobs: CANARY_SIZE, reason: form.reason() };
        const { id, jobs } = await startCanary(tx, group.id, order).catch(refuseEmpty);
        await refuseSecond(tx, group, id);
        return { what: 'canary', count: jobs.length };
      });
    }),
  );
}

/** Somebody has retried them all, or they are not kept any more. */
function refuseEmpty(error: unknown): never {
  throw inReadersWords(error, { wrong_state: ({ noneToRetry }) => noneToRetry });
}

/**
 * Two who look at the same group and both retry five mean the same five: the second is told, and nothing is done. Which of the two it
 * is, is settled once `own` has started, as a start has the group to itself until its commit: by then the other's is there to be
 * read, or will find this one. Looking before as well gives a better word to who is late where no job is left.
 *
 * @throws {HowdahError} `wrong_state` when there is a canary that the page did not show, other than `own`
 */
async function refuseSecond(
  tx: SqlClient,
  { id, seen, view }: { id: string; seen: string | undefined; view: View },
  own?: string,
): Promise<void> {
  if (seen === undefined) return;
  const [latest] = (await readCanaries(tx, id)).filter((each) => each.id !== own);
  if (latest === undefined || latest.id === seen) return;
  throw new HowdahError('wrong_state', { detail: view.texts.failures.second(latest.startedBy) });
}

async function readGroup(db: Database, id: string) {
  const [group, canaries] = await Promise.all([readFailure(db, id), readCanaries(db, id)]);
  const newest = group ? await listJobs(db, { failure: id }, { limit: NEWEST }) : { jobs: [] };
  return { group, canaries, newest: newest.jobs };
}
