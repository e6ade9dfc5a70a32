import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import type { LookupFunction } from 'node:net';
import type { DestinationRules } from './destination-rules.ts';
import { WebhookError } from './webhook-error.ts';

/** Every address of a host, as the system has them. */
export type Resolve = (host: string) => Promise<readonly LookupAddress[]>;

/** The resolver of the system, its file of hosts included. */
export const resolveBySystem: Resolve = (host) => lookup(host, { all: true });

/**
 * Resolves a URL's host for one connection, which is then made to what was allowed of that and to nothing else: whoever answers
 * differently the next time is not asked a next time.
 */
export function guardedLookup(url: URL, rules: DestinationRules, resolve: Resolve): LookupFunction {
  return (host, { all }, callback) => {
    resolve(host).then(
      (found) => {
        const allowed = found.filter(({ address }) => rules.refusal(url, address) === undefined);
        const [first] = allowed;
        if (!first) callback(refused(url, rules, found), '');
        else if (all) callback(null, [...allowed]);
        else callback(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, ''),
    );
  };
}

function refused(url: URL, rules: DestinationRules, found: readonly LookupAddress[]): WebhookError {
  const reasons = found.map(({ address }) => rules.refusal(url, address));
  const reason = reasons.slice(0, 3).join('; ') || `${url.host} has no address`;
  return new WebhookError('WEBHOOK_REFUSED', `nothing was sent: ${reason}`);
}
