import type { AppDependencies } from '../http/app-dependencies.ts';
import { rootFrom } from '../http/pages/layout.ts';
import { addAssets } from './assets.ts';
import { addAuditPage } from './audit/add-audit-page.ts';
import type { DashboardApp, DashboardDependencies } from './dependencies.ts';
import { addFailurePages } from './failures/add-failure-pages.ts';
import { addJobPage } from './job/add-job-page.ts';
import { addJobsPages } from './jobs/add-jobs-pages.ts';
import { addLiveRoute } from './live/add-live-route.ts';
import { openReadings } from './live/readings.ts';
import { addLoginRoutes } from './login/add-login-routes.ts';
import { addOverviewPage } from './overview/add-overview-page.ts';
import { addQueuePages } from './queues/add-queue-pages.ts';
import { addSchedulePages } from './schedules/add-schedule-pages.ts';
import { identifyViewer } from './session/identify-viewer.ts';
import { addPreferenceRoutes } from './shell/preferences.ts';
import { refuseNul } from './shell/refuse-nul.ts';
import { showErrors } from './shell/show-errors.ts';
import { addSourcesPage } from './sources/add-sources-page.ts';
import { addTaskPages } from './tasks/add-task-pages.ts';
import { addWorkersPage } from './workers/add-workers-page.ts';

/**
 * The pages for people, below /dashboard; the front door leads there unless the application has one of its own. They come in
 * by a session made from one of the API's tokens, by such a token itself, or by the host's own login.
 */
export function addDashboard(app: DashboardApp, own: AppDependencies): void {
  const deps: DashboardDependencies = { ...own, readings: openReadings(own.db) };
  const learnTheTime = async (_: unknown, next: () => Promise<void>) => {
    await deps.readings.clock.learn();
    return next();
  };
  app.get('/', (c) => c.redirect(`${rootFrom(c)}dashboard`));
  app.get('/dashboard/', (c) => c.redirect('../dashboard'));
  addAssets(app);
  app.use('/dashboard/*', showErrors(deps));
  app.use('/dashboard/*', refuseNul);
  // The first page, /dashboard itself, is one of these as well.
  app.use('/dashboard/*', learnTheTime);
  app.use('/dashboard/*', identifyViewer(deps));
  addLoginRoutes(app, deps);
  addPreferenceRoutes(app, deps);
  addLiveRoute(app, deps);
  addOverviewPage(app, deps);
  addFailurePages(app, deps);
  addQueuePages(app, deps);
  addWorkersPage(app, deps);
  addSourcesPage(app, deps);
  addSchedulePages(app, deps);
  addTaskPages(app, deps);
  addAuditPage(app, deps);
  addJobsPages(app, deps);
  addJobPage(app, deps);
}
