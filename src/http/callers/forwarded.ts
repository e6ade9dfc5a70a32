import { isIP } from 'node:net';

/** Headers in which proxies write from whom they have a request, as `Headers` has them. */
export interface ForwardingHeaders {
  get(name: string): string | null | undefined;
}

/**
 * What a chain of proxies has written into X-Forwarded-For: addresses, the nearest first. Ends at the first entry that is
 * none; what stands behind it came from we don't know whom.
 */
export function* addressesOfForwardedFor(header: string): Generator<string> {
  for (const entry of fromRight(header)) {
    const address = toAddress(entry);
    if (address === undefined) return;
    yield address;
  }
}

/** The same of Forwarded (RFC 7239): the `for` of each element. */
export function* addressesOfForwarded(header: string): Generator<string> {
  for (const element of fromRight(header)) {
    const own = element.replace(QUOTED, (pair, name: string) => (/^for$/i.test(name) ? pair : ''));
    const [, quoted, bare = ''] = /(?:^|;)\s*for=(?:"([^"\\]*)"|([^\s;"]*))\s*(?:;|$)/i.exec(own) ?? [];
    const address = toAddress(quoted ?? bare);
    if (address === undefined) return;
    yield address;
  }
}

/** A parameter with a quoted value: of a `host` a client wrote that, and may write another `for` in it. */
const QUOTED = /([^\s;="]{1,20})="(?:[^"\\]|\\.)*"/g;

const [QUOTE, COMMA] = [34, 44];

/**
 * The parts between commas, the last first. Read from the right, since only the right end was written by proxies: a quote
 * that a client leaves open at the left does not swallow what they add.
 */
function* fromRight(header: string): Generator<string> {
  let end = header.length;
  let isQuoted = false;
  for (let at = end - 1; at >= 0; at -= 1) {
    const code = header.charCodeAt(at);
    if (code === QUOTE) isQuoted = !isQuoted;
    if (code !== COMMA || isQuoted) continue;
    yield header.slice(at + 1, end).trim();
    end = at;
  }
  yield header.slice(0, end).trim();
}

/** Without brackets and port; undefined for `unknown`, a hidden name and what is no address. */
function toAddress(entry: string): string | undefined {
  const [, bracketed, withPort] = /^\[([^\]]+)\](?::\w+)?$|^([\d.]+):\w+$/.exec(entry) ?? [];
  const address = bracketed ?? withPort ?? entry;
  return isIP(address) === 0 ? undefined : address;
}
