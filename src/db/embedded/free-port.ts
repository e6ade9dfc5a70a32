import { setTimeout as delay } from 'node:timers/promises';
import type { ServerOptions } from './launch.ts';
import { type Server, ServerStartError, startServer } from './server.ts';
import { randomPort } from './settings.ts';

const MAX_START_COUNT = 20;
const LEFTOVER_SESSIONS_MS = 500;

/**
 * A server on the wanted port, or on another where somebody else has that one; trying is the only sure way to learn
 * whether a port is free.
 *
 * @throws ServerStartError when it does not start for another reason
 */
export async function startOnFreePort(
  options: ServerOptions,
  log: (message: string) => void,
): Promise<{ server: Server; port: number }> {
  let { port } = options;
  for (let startCount = 1; ; startCount += 1) {
    try {
      return { server: await startServer({ ...options, port }), port };
    } catch (error) {
      if (!(error instanceof ServerStartError && error.obstacle) || startCount === MAX_START_COUNT)
        throw error;
      if (error.obstacle === 'leftover sessions') await delay(LEFTOVER_SESSIONS_MS);
      else {
        log(`Port ${port} of the embedded Postgres is taken; choosing another`);
        port = randomPort();
      }
    }
  }
}
