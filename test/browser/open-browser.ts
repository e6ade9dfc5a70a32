import { existsSync } from 'node:fs';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

/** Where Debian and others have it; CHROMIUM names another place. */
const PLACES = [
  process.env['CHROMIUM'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];

/** The browser of this machine; undefined where there is none. */
export const CHROMIUM = PLACES.find((place) => place !== undefined && existsSync(place));

/** For `skip`: why tests in a browser cannot run here, if they cannot. */
export const WITHOUT_BROWSER =
  CHROMIUM === undefined && 'there is no chromium here (apt-get install chromium, or CHROMIUM=/its/place)';

/** A browser without windows. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM ?? '', args: ['--no-sandbox'] });
}

export interface WatchedPage {
  page: Page;
  /** Errors of scripts, breaches of the content security policy, requests to anywhere else, and failed ones. */
  complaints: string[];
}

/** A page in a profile of its own, that is watched for what no page of ours may do. */
export async function openPage(
  browser: Browser,
  origin: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({ baseURL: origin, ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', ({ message }) => complaints.push(`script: ${message}`));
  page.on('console', (line) => {
    if (line.type() === 'error' || line.type() === 'warning')
      complaints.push(`console: ${line.text()} ${line.location().url}`);
  });
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.origin !== origin && url.protocol !== 'data:') complaints.push(`elsewhere: ${url.href}`);
  });
  page.on('dialog', (dialog) => void dialog.accept());
  return { page, complaints };
}

/** Comes in as the printed link does. */
export async function logIn(page: Page, token: string): Promise<void> {
  await page.goto(`/dashboard/login#${token}`);
  await page.waitForURL(/\/dashboard$/);
}
