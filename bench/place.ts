import { ContenderProcess } from './contender-process.ts';
import type { Servers } from './servers.ts';

/** One contender and where it keeps its jobs. */
export interface Place {
  readonly name: string;
  readonly setup: string;
  readonly server: 'postgres' | 'redis';
  readonly url: string;
  readonly isSlow: boolean;
}

/** Undefined where there is no such server here. */
export async function preparePlace(
  servers: Servers,
  name: string,
  queues: readonly string[],
): Promise<Place | undefined> {
  const asked = new ContenderProcess({ name }, 'setup', {});
  const { setup, server, isSlow } = await asked.the('setup');
  await asked.end();
  const url = await servers.place(name, server);
  if (url === undefined) return undefined;
  await new ContenderProcess({ name, url }, 'prepare', { queues }).end();
  return { name, setup, server, url, isSlow };
}

/** Adds waiting jobs, as quickly as it can. */
export async function fill(
  place: Pick<Place, 'name' | 'url'>,
  count: number,
  options: { queue?: string; retention?: string } = {},
): Promise<void> {
  const feed = new ContenderProcess(place, 'feed', options);
  feed.write(String(count));
  await feed.end();
}
