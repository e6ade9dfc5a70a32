import type { DashboardApp, DashboardDependencies } from '../dependencies.ts';
import { showPage } from '../shell/show-page.ts';
import { overviewPage } from './overview-page.ts';

/** The first page: whether all is well, and if not, what is wrong. */
export function addOverviewPage(app: DashboardApp, deps: DashboardDependencies): void {
  const { readings } = deps;
  app.get(
    '/dashboard',
    showPage(deps, async (_, view) => {
      const [overview, failures] = await Promise.all([
        readings.overview.get(),
        readings.failures.get().catch(() => undefined), // its own page says why
      ]);
      return overviewPage(view, overview.value, failures?.value);
    }),
  );
}
