import type { EnvironmentReader } from '../environment-reader.ts';
import { Mistake } from '../mistakes/mistake.ts';
import { durationParser } from '../settings/duration.ts';
import { parseHost, parsePort } from './listen-address.ts';
import { parseTrustedProxies, type TrustedProxies } from './trusted-proxies.ts';

/** How a process is reached over HTTP. */
export interface HttpSettings {
  /** HOST, the address to listen on. @default '127.0.0.1' */
  readonly host: string;
  /** PORT; 0 takes any free one. @default 3000 */
  readonly port: number;
  /** HEALTH_PORT of a worker, as PORT; undefined means 3001, or in development a free one when that is taken. */
  readonly healthPort: number | undefined;
  /** TRUSTED_PROXIES, who may say from whom a request came; undefined means nobody. */
  readonly trustedProxies: TrustedProxies | undefined;
  /** MAX_CONNECTIONS that are open at a time, 10 to 1,000,000; more are closed unheard. @default 2000 */
  readonly maxConnections: number;
  /** SHUTDOWN_DELAY: requests are served so long after SIGTERM, at most an hour. @default 0 */
  readonly shutdownDelayMs: number;
  /** KEEP_ALIVE_TIMEOUT: idle HTTP connections are kept so long, 1 s to a day. @default 65000 */
  readonly keepAliveTimeoutMs: number;
  /** REQUEST_TIMEOUT: what a request's statement may take, 1 s to 5 minutes. @default 10000 */
  readonly requestTimeoutMs: number;
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

export function readHttpSettings(reader: EnvironmentReader): HttpSettings {
  return {
    host: reader.setting('HOST', parseHost, '127.0.0.1'),
    port: reader.setting('PORT', parsePort, '3000'),
    healthPort: reader.optional('HEALTH_PORT', parsePort),
    trustedProxies: reader.optional('TRUSTED_PROXIES', parseTrustedProxies),
    maxConnections: reader.setting('MAX_CONNECTIONS', parseConnections, '2000'),
    shutdownDelayMs: reader.setting('SHUTDOWN_DELAY', durationParser(60 * MINUTE_MS), '0s'),
    keepAliveTimeoutMs: reader.setting('KEEP_ALIVE_TIMEOUT', durationParser(DAY_MS, 1_000), '65s'),
    requestTimeoutMs: reader.setting('REQUEST_TIMEOUT', durationParser(5 * MINUTE_MS, 1_000), '10s'),
  };
}

function parseConnections(value: string): number {
  const count = /^\d+$/.test(value) ? Number(value) : Number.NaN;
  if (count >= 10 && count <= 1_000_000) return count;
  throw new Mistake('expected a number of connections from 10 to 1000000, e.g. 2000');
}
