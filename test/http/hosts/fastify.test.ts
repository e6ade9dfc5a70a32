import assert from 'node:assert/strict';
import Fastify from 'fastify';
import type { HttpHandler } from '../../../src/http.ts';
import { describeHost } from './host-contract.ts';

describeHost('Fastify', async (handler) => {
  const app = Fastify();
  app.register(async (own) => {
    own.removeAllContentTypeParsers();
    own.addContentTypeParser('*', (_request, _payload, done) => done(null));
    own.all('/howdah', answer(handler));
    own.all('/howdah/*', answer(handler));
  });
  app.post('/', async (request) => request.body);
  return start(app);
});

describeHost('Fastify, which has read the body', async (handler) => {
  const app = Fastify({ bodyLimit: 10 * 2 ** 20 });
  app.all('/howdah', answer(handler));
  app.all('/howdah/*', answer(handler));
  return start(app);
});

function answer(handler: HttpHandler): Fastify.RouteHandlerMethod {
  return (request, reply) => {
    reply.hijack();
    handler.node(Object.assign(request.raw, { body: request.body }), reply.raw);
  };
}

async function start(app: Fastify.FastifyInstance) {
  const origin = await app.listen({ port: 0, host: '127.0.0.1' });
  return {
    origin,
    async send(path: string, init?: RequestInit) {
      return fetch(new URL(path, origin), init);
    },
    async close() {
      app.server.closeAllConnections();
      await app.close();
      assert.equal(app.server.listening, false);
    },
  };
}
