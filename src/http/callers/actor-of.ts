import type { Context } from 'hono';
import type { Actor } from '../../operate/transaction-as.ts';
import type { AppEnv } from '../app-dependencies.ts';

/** For whom a request acts: whom the host's login named, `admin` or `worker` with a token. */
export function actorOf(c: Context<AppEnv>): Actor {
  return { name: c.var.actor ?? (c.var.isWorker ? 'worker' : 'admin'), requestId: c.var.requestId };
}
