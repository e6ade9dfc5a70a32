import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

/** What the broker says to a message: `ok`, that it `refuses` it, that its place is `full`, or nothing. */
export type Answer = 'ok' | 'refuses' | 'full' | undefined;

/** A broker that a test controls, for workers in processes of their own: tcp-broker-client.ts is what they have. */
export class TcpBroker {
  /** Ids of the messages it has taken, in their order. */
  readonly taken: string[] = [];
  /** Ids of all that came to it. */
  readonly seen: string[] = [];
  /** @default takes all */
  answer: (id: string) => Answer = () => 'ok';
  #server: Server | undefined;
  #port = 0;
  readonly #sockets = new Set<Socket>();
  #isSilent = false;

  get port(): number {
    return this.#port;
  }

  /** Workers that are connected. */
  get connectionCount(): number {
    return this.#sockets.size;
  }

  /** Takes connections, always at the same port. */
  async up(): Promise<void> {
    this.#isSilent = false;
    const server = createServer((socket) => this.#serve(socket));
    this.#server = server;
    await once(server.listen(this.#port, '127.0.0.1'), 'listening');
    this.#port = (server.address() as { port: number }).port;
  }

  /** As when its process is killed. */
  async down(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    for (const socket of this.#sockets) socket.destroy();
    if (server) await once(server.close(), 'close');
  }

  /** As when its process is stopped: it takes connections and messages, and answers none. */
  hang(): void {
    this.#isSilent = true;
  }

  /** Goes on, as after `hang`. What came meanwhile is taken, and nobody told so. */
  goOn(): void {
    this.#isSilent = false;
    for (const socket of this.#sockets) socket.destroy();
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => this.#sockets.delete(socket));
    if (!this.#isSilent) socket.write('hello\n');
    const lines = createInterface({ input: socket });
    lines.on('error', () => {}); // the socket's
    lines.on('line', (id) => this.#take(id, socket));
  }

  #take(id: string, socket: Socket): void {
    this.seen.push(id);
    const answer = this.answer(id);
    if (answer === 'ok') this.taken.push(id);
    if (answer !== undefined && !this.#isSilent) socket.write(`${answer} ${id}\n`);
  }
}
