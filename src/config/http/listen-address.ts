import { isIP } from 'node:net';
import { Mistake } from '../mistakes/mistake.ts';

const MAX_PORT = 65_535;
const HOST_NAME = /^[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?\.?$/i;

/** @throws {Mistake} unless it is an IP address, or a host name without scheme and port */
export function parseHost(value: string): string {
  // The last part of a name is never a number, so this tells 3000 and 127.0.0.256 from names.
  const isName = HOST_NAME.test(value) && !/(^|\.)\d+\.?$/.test(value);
  if (isIP(value) === 0 && !isName) {
    throw new Mistake(
      'expected an IP address or host name to listen on, without scheme and port, e.g. 127.0.0.1',
    );
  }
  return value;
}

/** @throws {Mistake} */
export function parsePort(value: string): number {
  const port = /^\d+$/.test(value) ? Number(value) : Number.NaN;
  if (!(port <= MAX_PORT)) {
    throw new Mistake(`expected a port from 0 to ${MAX_PORT} (0 takes any free one), e.g. 3000`);
  }
  return port;
}
