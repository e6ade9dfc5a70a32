import type { App } from '../app-dependencies.ts';
import { landingPage } from '../pages/landing.ts';
import { rootFrom } from '../pages/layout.ts';

/** The front door, where the application has none of its own. */
export function addLandingRoute(app: App): void {
  app.get('/', (c) => c.html(landingPage(rootFrom(c))));
}
