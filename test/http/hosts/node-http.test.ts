import { createServer } from 'node:http';
import { describeHost } from './host-contract.ts';
import { listen } from './listen.ts';

describeHost('a server of node:http', async (handler) => {
  const server = createServer((request, response) => {
    if (request.url?.startsWith('/howdah')) return handler.node(request, response);
    response.end('the host');
  });
  return listen(server);
});
