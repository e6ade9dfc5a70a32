import { createConnection, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import {
  type Broker,
  BrokerDown,
  type BrokerTrouble,
  MessageRefused,
  type Receipt,
} from '../../src/relay/broker.ts';
import type { Message } from '../../src/relay/message.ts';

const RECONNECT_MS = 50;

/** An answer that takes longer is none. */
const ANSWER_MS = 2_000;

/** What a worker has of a TcpBroker. */
export class TcpBrokerClient implements Broker<string> {
  readonly name = 'rabbitmq';
  readonly #port: number;
  readonly #listeners: (() => void)[] = [];
  readonly #pending = new Map<string, PromiseWithResolvers<void>>();
  #socket: Socket | undefined;
  #trouble: BrokerTrouble | undefined = { since: new Date(), because: 'connecting' };
  #isClosed = false;

  constructor(port: number) {
    this.#port = port;
  }

  get trouble(): BrokerTrouble | undefined {
    return this.#trouble;
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  open(): void {
    const socket = createConnection(this.#port, '127.0.0.1');
    this.#socket = socket;
    let because = 'the connection was closed';
    socket.on('error', (error) => {
      because = error.message;
    });
    socket.on('close', () => this.#lost(because));
    const lines = createInterface({ input: socket });
    lines.on('error', () => {}); // the socket's
    lines.on('line', (line) => this.#heed(line));
  }

  async publish(_: string, { id }: Message, signal: AbortSignal): Promise<Receipt> {
    if (this.#trouble) throw new BrokerDown(this.#trouble.because);
    const pending = Promise.withResolvers<void>();
    this.#pending.set(id, pending);
    const timer = setTimeout(() => this.#socket?.destroy(new Error('no answer')), ANSWER_MS);
    const giveUp = () => pending.reject(signal.reason);
    signal.addEventListener('abort', giveUp, { once: true });
    this.#socket?.write(`${id}\n`);
    try {
      await pending.promise;
      return { id };
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', giveUp);
      this.#pending.delete(id);
    }
  }

  async check(): Promise<undefined> {}

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#socket?.destroy();
  }

  #heed(line: string): void {
    const [word, id = ''] = line.split(' ');
    const pending = this.#pending.get(id);
    if (word === 'hello') this.#change(undefined);
    else if (word === 'ok') pending?.resolve();
    else if (word === 'full') pending?.reject(new BrokerDown('the place is full'));
    else pending?.reject(new MessageRefused('REFUSED', 'the broker refuses it'));
  }

  #lost(because: string): void {
    const since = this.#trouble?.since ?? new Date();
    this.#change({ since, because });
    for (const pending of this.#pending.values()) pending.reject(new BrokerDown(because));
    if (!this.#isClosed) setTimeout(() => this.open(), RECONNECT_MS);
  }

  #change(trouble: BrokerTrouble | undefined): void {
    this.#trouble = trouble;
    for (const listener of this.#listeners) listener();
  }
}
