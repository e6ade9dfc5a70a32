import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import type { SMTPServer } from 'smtp-server';

export interface ListeningSmtpServer {
  /** The port that was asked for, or the free one that was found for port 0. */
  port: number;
  /** Connections that are open now. */
  sockets: ReadonlySet<Socket>;
  /** Ends every connection at once, idle or not; resolves when the port is free again. */
  stop(): Promise<void>;
}

/**
 * Starts `server` on an address.
 *
 * @throws {Error} the port cannot be had (`EADDRINUSE`, `EACCES`)
 */
export async function listenSmtp(
  server: SMTPServer,
  host: string,
  port: number,
): Promise<ListeningSmtpServer> {
  const sockets = trackSockets(server);
  // A connection that breaks is reported here; without a listener it would end the process.
  server.on('error', () => {});
  server.listen(port, host);
  await once(server.server, 'listening');
  const { port: boundPort } = server.server.address() as AddressInfo;
  return { port: boundPort, sockets, stop: () => stop(server, sockets) };
}

function trackSockets(server: SMTPServer): Set<Socket> {
  const sockets = new Set<Socket>();
  server.server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  return sockets;
}

async function stop(server: SMTPServer, sockets: Set<Socket>): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  for (const socket of sockets) socket.destroy();
  await closed;
}
