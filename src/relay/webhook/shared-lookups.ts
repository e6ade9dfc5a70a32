import type { Resolve } from './guarded-lookup.ts';

/**
 * Asks once for those who want to know the same host at the same time. A name server that is silent keeps a thread of the process
 * for each question, and there are four for all it does.
 */
export function shareLookups(resolve: Resolve): Resolve {
  const underWay = new Map<string, ReturnType<Resolve>>();
  return (host) => {
    const known = underWay.get(host);
    if (known) return known;
    const asked = resolve(host).finally(() => underWay.delete(host));
    underWay.set(host, asked);
    return asked;
  };
}
