import type { App, AppDependencies } from '../app-dependencies.ts';
import { landingPage } from '../pages/landing.ts';

/** The front door. */
export function addLandingRoute(app: App, { publicUrl, mailbox }: AppDependencies): void {
  app.get('/', (c) => c.html(landingPage({ publicUrl: publicUrl(), hasMailbox: mailbox !== undefined })));
}
