import type { Context } from 'hono';
import { getCookie } from 'hono/cookie';
import { serialize } from 'hono/utils/cookie';
import type { AppEnv } from '../../http/app-dependencies.ts';

interface Cookie {
  name: string;
  /** Empty takes it away. */
  value: string;
  /** Seconds. */
  maxAge: number;
}

export function readCookie(c: Context<AppEnv>, name: string): string | undefined {
  return getCookie(c, name);
}

/**
 * Sets a cookie that no script can read and no other site's form sends. It names no path, so a browser sends it to the
 * folder that it came from, whatever a proxy or a host calls that: only addresses right below /dashboard/ may set one.
 *
 * @param publicUrl where the service is known to be; a proxy may speak http to us and https to the browser
 */
export function writeCookie(c: Context<AppEnv>, { name, value, maxAge }: Cookie, publicUrl: string): void {
  const isSecure =
    new URL(c.req.url).protocol === 'https:' ||
    /^https\s*(,|$)/i.test(c.req.header('X-Forwarded-Proto') ?? '') ||
    publicUrl.startsWith('https:');
  const cookie = serialize(name, value, { httpOnly: true, sameSite: 'Lax', secure: isSecure, maxAge });
  c.header('Set-Cookie', cookie, { append: true });
}
