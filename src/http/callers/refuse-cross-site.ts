import type { Context } from 'hono';
import { HowdahError } from '../../errors.ts';
import type { AppEnv } from '../app-dependencies.ts';

const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS'];

/**
 * Refuses a change that another site's page may have sent in the name of somebody who is logged in here: a browser adds
 * the cookies by itself. Browsers say where a request comes from in `Sec-Fetch-Site`, on plain http in `Origin` alone; one
 * with neither is from no browser of this decade, or from a form of an old one, which can send no JSON.
 *
 * @param publicUrl where the service is known to be, for those behind a proxy that changes Host
 * @throws {HowdahError} `forbidden`
 */
export function refuseCrossSite(c: Context<AppEnv>, publicUrl: string): void {
  if (SAFE_METHODS.includes(c.req.method)) return;
  const site = c.req.header('Sec-Fetch-Site');
  const origin = c.req.header('Origin');
  if (site !== undefined) {
    if (site !== 'same-origin' && site !== 'none') throw crossSite();
  } else if (origin !== undefined) {
    if (!hostsOf(c, publicUrl).includes(hostOf(origin))) throw crossSite();
  } else if (!isBeyondForms(c)) {
    const detail = 'Without Origin a change takes Content-Type: application/json or an Idempotency-Key';
    throw new HowdahError('forbidden', { detail });
  }
}

/** The scheme does not count: a proxy may speak http to us and https to the browser. */
function hostsOf(c: Context<AppEnv>, publicUrl: string): (string | undefined)[] {
  return [new URL(c.req.url).host, hostOf(publicUrl)].filter((host) => host !== undefined);
}

/** Undefined for what is no address, such as the `null` of a page that has no origin. */
function hostOf(address: string): string | undefined {
  return URL.canParse(address) ? new URL(address).host : undefined;
}

function isBeyondForms(c: Context<AppEnv>): boolean {
  const type = c.req.header('Content-Type') ?? '';
  return /^application\/json\s*(;|$)/i.test(type) || c.req.header('Idempotency-Key') !== undefined;
}

function crossSite(): HowdahError {
  return new HowdahError('forbidden', {
    detail: 'A change must come from a page of this site, or carry a token',
  });
}
