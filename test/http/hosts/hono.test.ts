import type { Server } from 'node:http';
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import { describeHost } from './host-contract.ts';
import { listen } from './listen.ts';

describeHost('Hono by mount, which takes the path away', async (handler) => {
  const app = new Hono();
  app.mount('/howdah', handler.fetch);
  return listen(createAdaptorServer({ fetch: app.fetch }) as Server);
});

describeHost('Hono by routes, which leave it there', async (handler) => {
  const app = new Hono();
  app.all('/howdah', (c) => handler.fetch(c.req.raw, c.env));
  app.all('/howdah/*', (c) => handler.fetch(c.req.raw, c.env));
  return listen(createAdaptorServer({ fetch: app.fetch }) as Server);
});
