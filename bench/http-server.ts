// An API as it is served, as a child process: `jobs`, `bank` or `bank-without-hashing`, of the database that is named. Tells its
// parent where it listens, and when asked what CPU time it has taken.
import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { z } from 'zod';
import { loadConfig } from '../src/config.ts';
import { defineApp, defineTask } from '../src/index.ts';
import { createEventHub } from '../src/observability/event-hub.ts';
import { createLogger } from '../src/observability/logger.ts';
import { startService } from '../src/start/service.ts';
import { bind } from '../src/tasks/bind.ts';
import { cpuMs } from './said.ts';

const [kind = '', connectionString = ''] = process.argv.slice(2);
if (kind === 'bank-without-hashing') doNotHash();
const app = kind === 'jobs' ? plainApp() : (await import('../src/bank/app.ts')).default;
const env = {
  PORT: '0',
  DATABASE_URL: connectionString,
  ADMIN_TOKEN: 'the-operator-of-the-bench',
  SIGN_UP_RATE_LIMIT: 'off',
};
const service = await startService({
  app: app as never,
  config: loadConfig({ ...process.env, ...env }, { role: 'api', readSettings: app.readSettings as never }),
  role: 'api',
  log: createLogger({ level: 'warn' }),
  events: createEventHub(),
} as Parameters<typeof startService>[0]);
process.on('message', () => process.send?.({ cpuMs: cpuMs() }));
process.once('disconnect', () => process.exit());
process.send?.({ url: service.url });

function plainApp() {
  const rest = defineTask({ name: 'rest', payload: z.object({ user: z.string(), amount: z.number() }) });
  return defineApp({ name: 'bench', tasks: [bind(rest, async () => {})] });
}

/** In the place of Node's own, before anybody imports it. */
function doNotHash(): void {
  const answer = (_: string, { tagLength }: { tagLength: number }, done: (e: null, hash: Buffer) => void) =>
    void setImmediate(done, null, Buffer.alloc(tagLength));
  Object.assign(crypto, { argon2: answer });
  syncBuiltinESMExports();
}
