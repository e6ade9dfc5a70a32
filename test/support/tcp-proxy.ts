import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A way to a server that a test can block, as a network does, or cut, as a restart does. */
export interface TcpProxy {
  /** The given URL, leading through the proxy. */
  readonly url: string;
  /** Nothing passes any more, in either direction; connections stay open and new ones get no answer. */
  block(): void;
  /** What the server sends does not arrive, until `unblock`; what clients send does. */
  blockAnswers(): void;
  /** Everything passes again, what was held back first. */
  unblock(): void;
  /** How often a client has sent something after an answer, in all its connections: what a network makes it wait for. */
  roundTripCount(): number;
  /** The connection that the server sees coming from this port dies on the client's side without a word to the client. */
  lose(port: number): void;
  /** Ends every connection at once; new ones are possible. */
  cut(): void;
  /** Ends every connection at once, and new ones as soon as they are there, until `admit`. */
  refuse(): void;
  admit(): void;
  stop(): Promise<void>;
}

/**
 * @param delayMs what each direction takes. @default nothing
 * @param rewrite what becomes of what the server sends. @default nothing
 */
export async function startTcpProxy(
  targetUrl: string,
  delayMs = 0,
  rewrite = (answer: Buffer, _proxyPort: number): Buffer => answer,
): Promise<TcpProxy> {
  const target = new URL(targetUrl);
  const sockets = new Set<Socket>();
  const clients = new Map<Socket, Socket>();
  let roundTrips = 0;
  let isBlocked = false;
  let areAnswersBlocked = false;
  let isRefusing = false;
  const server = createServer((client) => {
    if (isRefusing) return void client.destroy();
    const upstream = connect(Number(target.port), target.hostname);
    clients.set(upstream, client);
    let isAnswered = true;
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.setNoDelay(true); // Else a chunk may wait 40 ms for the answer to the one before it.
      from.on('data', (chunk) => {
        if (from === client && isAnswered) roundTrips++;
        isAnswered = from === upstream;
        const passed = isAnswered ? rewrite(chunk, Number(url.port)) : chunk;
        if (delayMs === 0) to.write(passed);
        else setTimeout(() => to.write(passed), delayMs);
      });
      from.on('error', () => {});
      from.on('close', () => {
        sockets.delete(from);
        clients.delete(from);
        to.destroy();
      });
      if (isBlocked || (areAnswersBlocked && from === upstream)) from.pause();
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(targetUrl);
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href,
    block() {
      isBlocked = true;
      for (const socket of sockets) socket.pause();
    },
    blockAnswers() {
      areAnswersBlocked = true;
      for (const upstream of clients.keys()) upstream.pause();
    },
    unblock() {
      isBlocked = false;
      areAnswersBlocked = false;
      for (const socket of sockets) socket.resume();
    },
    roundTripCount: () => roundTrips,
    lose(port) {
      for (const [upstream, client] of clients) {
        if (upstream.localPort !== port) continue;
        for (const socket of [upstream, client])
          socket.removeAllListeners('close').removeAllListeners('data');
        upstream.destroy();
        sockets.delete(upstream);
        client.resume();
        client.on('close', () => sockets.delete(client));
      }
    },
    cut() {
      for (const socket of sockets) socket.destroy();
    },
    refuse() {
      isRefusing = true;
      for (const socket of sockets) socket.destroy();
    },
    admit() {
      isRefusing = false;
    },
    async stop() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
