import type { Place } from './place.ts';
import type { Servers } from './servers.ts';

/** What was left by what came before is not counted to what comes next. */
export async function tidy(servers: Servers, { server, url }: Place): Promise<void> {
  if (server === 'redis') return;
  await servers.query(url, 'vacuum analyze');
  await servers.query(url, 'checkpoint');
}
