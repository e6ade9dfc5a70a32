import { type Routes, rootFrom } from '../../http.ts';
import { landingPage } from '../pages/landing.ts';
import type { BankRouteDependencies } from './bank-routes.ts';

/** The front door. */
export function addLandingRoute(app: Routes, { publicUrl, mailbox }: BankRouteDependencies): void {
  app.get('/', (c) => {
    const hasMailbox = mailbox !== undefined;
    return c.html(landingPage({ publicUrl: publicUrl(), hasMailbox, root: rootFrom(c) }));
  });
}
