import { refuseCrossSite } from '../../http/callers/refuse-cross-site.ts';
import type { DashboardApp, DashboardDependencies } from '../dependencies.ts';
import { writeCookie } from '../session/cookies.ts';
import { isLanguage } from '../texts/languages.ts';
import { pageAddress } from './page-address.ts';
import { readForm } from './take-command.ts';
import { LANGUAGE_COOKIE, viewOf } from './view.ts';

const YEAR_SECONDS = 365 * 24 * 60 * 60;

/** What somebody chose for their browser. */
export function addPreferenceRoutes(app: DashboardApp, deps: DashboardDependencies): void {
  app.post('/dashboard/language', async (c) => {
    refuseCrossSite(c, deps.publicUrl());
    const form = await readForm(c);
    const language = form.optional('language');
    if (isLanguage(language)) {
      writeCookie(c, { name: LANGUAGE_COOKIE, value: language, maxAge: YEAR_SECONDS }, deps.publicUrl());
    }
    return c.redirect(viewOf(c, deps).link(pageAddress(form.optional('back') ?? '')), 303);
  });
}
