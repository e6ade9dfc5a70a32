import type { App, AppDependencies } from '../../http/app-dependencies.ts';
import { rootFrom } from '../../http/pages/layout.ts';
import { landingPage } from '../pages/landing.ts';

/** The front door. */
export function addLandingRoute(app: App, { publicUrl, mailbox }: AppDependencies): void {
  app.get('/', (c) => {
    const hasMailbox = mailbox !== undefined;
    return c.html(landingPage({ publicUrl: publicUrl(), hasMailbox, root: rootFrom(c) }));
  });
}
