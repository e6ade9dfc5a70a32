import { createMiddleware } from 'hono/factory';
import type { TrustedProxies } from '../../config/http/trusted-proxies.ts';
import type { AppEnv } from '../app-dependencies.ts';
import { createProxyTrust } from '../callers/proxy-trust.ts';

/** Has `clientAddress` believe these proxies. */
export function trustProxies(proxies: TrustedProxies) {
  const proxyTrust = createProxyTrust(proxies);
  return createMiddleware<AppEnv>(async (c, next) => {
    c.set('proxyTrust', proxyTrust);
    await next();
  });
}
