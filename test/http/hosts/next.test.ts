import type { HttpHandler } from '../../../src/http.ts';
import { describeHost } from './host-contract.ts';

type RouteHandler = (request: Request, context: { params: Promise<unknown> }) => Promise<Response>;

/** What app/howdah/[[...path]]/route.ts exports. */
function routeOf(howdah: HttpHandler): Record<string, RouteHandler> {
  const { fetch: GET, fetch: POST, fetch: PUT, fetch: PATCH, fetch: DELETE } = howdah;
  return { GET, POST, PUT, PATCH, DELETE };
}

describeHost('a route handler of Next', async (handler) => {
  const route = routeOf(handler);
  const origin = 'http://shop.example';
  return {
    origin,
    async send(path, init) {
      const request = new Request(new URL(path, origin), init);
      const answer = route[request.method];
      if (!answer) return new Response(null, { status: 405 });
      return answer(request, { params: Promise.resolve({ path: path.split('/').slice(2) }) });
    },
  };
});
