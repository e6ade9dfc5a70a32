import { isIPv6 } from 'node:net';

const EVERY_ADDRESS = ['0.0.0.0', '::'];

/** Where a browser on this machine finds the service; undefined for port 0, which is known only once it listens. */
export function defaultPublicUrl(host: string, port: number): string | undefined {
  if (port === 0) return undefined;
  const name = EVERY_ADDRESS.includes(host) ? 'localhost' : host;
  return `http://${isIPv6(name) ? `[${name}]` : name}:${port}`;
}
