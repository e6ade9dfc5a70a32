import type { App, AppDependencies } from '../app-dependencies.ts';
import { landingPage } from '../pages/landing.ts';
import { rootFrom } from '../pages/layout.ts';

/** The front door. */
export function addLandingRoute(app: App, { publicUrl, mailbox }: AppDependencies): void {
  app.get('/', (c) => {
    const hasMailbox = mailbox !== undefined;
    return c.html(landingPage({ publicUrl: publicUrl(), hasMailbox, root: rootFrom(c) }));
  });
}
