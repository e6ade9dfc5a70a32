// One of two servers, as a child process: `howdah`, the API as it is served, or `bare`, one route that does one insert. Tells
// its parent where it listens, and when asked what CPU time it has taken.
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import pg from 'pg';
import { z } from 'zod';
import { loadConfig } from '../../src/config.ts';
import { defineApp, defineTask } from '../../src/index.ts';
import { createEventHub } from '../../src/observability/event-hub.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { startService } from '../../src/start/service.ts';
import { bind } from '../../src/tasks/bind.ts';

/** As many as the API has. */
const MAX_CONNECTIONS = 20;

const start = { howdah: startHowdah, bare: startBare }[process.argv[2] ?? ''];
if (!start) throw new Error('expected howdah or bare');
const url = await start(process.env['DATABASE_URL'] ?? '');
process.on('message', () => process.send?.({ cpu: process.cpuUsage() }));
process.once('disconnect', () => process.exit());
process.send?.({ url });

async function startHowdah(connectionString: string): Promise<string> {
  const rest = defineTask({ name: 'rest', payload: z.object({ user: z.string(), amount: z.number() }) });
  const app = defineApp({ name: 'bench', tasks: [bind(rest, async () => {})] });
  const env = { PORT: '0', DATABASE_URL: connectionString, ADMIN_TOKEN: 'the-operator-of-the-bench' };
  const service = await startService({
    app,
    config: loadConfig({ ...process.env, ...env }, { role: 'api', readSettings: app.readSettings }),
    role: 'api',
    log: createLogger({ level: 'warn' }),
    events: createEventHub(),
  });
  return service.url;
}

async function startBare(connectionString: string): Promise<string> {
  const pool = new pg.Pool({ connectionString, max: MAX_CONNECTIONS });
  await pool.query('create table if not exists bare (id bigserial primary key, payload json not null)');
  const app = new Hono();
  app.post('/v1/jobs', async (c) => {
    const { task, payload } = await c.req.json();
    const insert = 'insert into bare (payload) values ($1) returning id';
    const { rows } = await pool.query(insert, [JSON.stringify(payload)]);
    return c.json({ job: { id: rows[0].id, task, payload } }, 201);
  });
  app.get('/v1/jobs', async (c) => {
    const { rows } = await pool.query('select id, payload from bare order by id desc limit 50');
    return c.json({ jobs: rows });
  });
  const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }) as Server;
  await new Promise((resolve) => server.once('listening', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
