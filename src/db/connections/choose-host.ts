import {
  type DatabaseAddress,
  type DatabaseHost,
  describeHost,
} from '../../config/database/database-address.ts';

/** Where changes went last, or who is being asked just now, by address; for all connections of this process. */
const found = new Map<string, Promise<DatabaseHost>>();

/** Of several servers one takes changes; of a single one that is asked for when the address says so. */
export function needsWriter({ hosts, target }: DatabaseAddress): boolean {
  return hosts.length > 1 || target === 'read-write';
}

/**
 * The server to connect to: the one that took changes last, until forgetHost; then whichever says first that it does, as
 * all are asked at once and one of them may be a black hole.
 *
 * @param probe resolves when that server takes changes
 * @throws AggregateError with each server's reason
 */
export async function chooseHost(
  address: DatabaseAddress,
  probe: (host: DatabaseHost) => Promise<void>,
): Promise<DatabaseHost> {
  const { hosts } = address;
  const [first = { name: undefined, port: undefined }] = hosts;
  if (hosts.length < 2) return first;
  const known = found.get(keyOf(address));
  if (known) return known;
  const search = Promise.any(hosts.map((host) => probe(host).then(() => host))).catch(explain(hosts));
  found.set(keyOf(address), search);
  search.catch(() => forgetHost(address));
  return search;
}

/** The next connection asks all servers again: the one in use is gone, or takes no changes any more. */
export function forgetHost(address: DatabaseAddress): void {
  found.delete(keyOf(address));
}

/** Whoever logs in as another may be refused where this one is not. */
function keyOf({ hosts, user, database }: DatabaseAddress): string {
  return JSON.stringify([hosts.map(describeHost), user, database]);
}

function explain(hosts: readonly DatabaseHost[]) {
  return ({ errors }: AggregateError): never => {
    const reasons = errors.map(
      (error: Error, index) =>
        `${describeHost(hosts[index] ?? { name: '?', port: undefined })}: ${error.message}`,
    );
    throw new AggregateError(errors, `none of these servers takes changes: ${reasons.join('; ')}`);
  };
}
