import { type MessageSource, readSources } from '../../look/sources.ts';
import { acceptSource, pauseSource, resumeSource } from '../../operate/source-commands.ts';
import type { DashboardApp, DashboardDependencies } from '../dependencies.ts';
import { shareRedraws } from '../shell/share-redraws.ts';
import { showPage } from '../shell/show-page.ts';
import { takeCommand } from '../shell/take-command.ts';
import { sourcesPage } from './sources-page.ts';

/** Where messages come from that become jobs, and what can be done to it. */
export function addSourcesPage(app: DashboardApp, deps: DashboardDependencies): void {
  const { db } = deps;
  const share = shareRedraws<MessageSource[]>();
  app.get(
    '/dashboard/sources',
    showPage(deps, async (c, view) => sourcesPage(view, await share(c, () => readSources(db)))),
  );
  app.post(
    '/dashboard/sources/pause',
    takeCommand(deps, ({ c, form, change }) =>
      change(async (tx) => {
        const who = c.var.actor ?? 'admin';
        const reason = form.reason();
        await pauseSource(tx, form.text('source'), reason === undefined ? who : `${who}: ${reason}`);
        return { what: 'source_paused' };
      }),
    ),
  );
  app.post(
    '/dashboard/sources/resume',
    takeCommand(deps, ({ form, change }) =>
      change(async (tx) => {
        await resumeSource(tx, form.text('source'));
        return { what: 'source_resumed' };
      }),
    ),
  );
  app.post(
    '/dashboard/sources/accept',
    takeCommand(deps, ({ form, change }) =>
      change(async (tx) => {
        await acceptSource(tx, form.text('source'));
        return { what: 'source_accepted' };
      }),
    ),
  );
}
