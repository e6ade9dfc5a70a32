import { setTimeout as delay } from 'node:timers/promises';
import type { ChannelModel } from 'amqplib';
import { describeError } from '../../errors/describe-error.ts';
import type { BrokerTrouble } from '../broker.ts';
import type { RabbitmqAddress } from './address.ts';
import { bearAnyHeaders } from './bear-any-headers.ts';
import { closingReason } from './closing-reason.ts';
import { within } from './within.ts';

/** The client, which is loaded only where it is needed. */
export type Amqplib = typeof import('amqplib');

export interface LastingConnectionOptions {
  readonly client: Amqplib;
  readonly address: RabbitmqAddress;
  /** What RabbitMQ lists the connection as. */
  readonly name: string;
  /** Makes what a new connection needs before it counts as one; if it rejects, the connection is given up and the next one tried. */
  readonly setUp?: (model: ChannelModel) => Promise<void>;
  /** Called when a connection, or the attempt at one, is over; `trouble` says why by then. */
  readonly onOver: () => void;
}

const FIRST_DELAY_MS = 250;
const MAX_DELAY_MS = 10_000;

/**
 * A connection that is made again whenever it is lost, one attempt at a time, after 250 ms, doubled each time up to 10 s, and up to
 * half of that taken off at random.
 *
 * amqplib has a recovery of its own. It holds neither the socket of an attempt that hangs nor the one that a heartbeat gave up (it is
 * ended, not destroyed, and a dead network keeps it, and with it the process, for a quarter of an hour); its `close` waits for an
 * answer without end; and it begins at 100 ms anew after a connection that was good for nothing.
 */
export class LastingConnection {
  readonly #options: LastingConnectionOptions;
  readonly #stop = new AbortController();
  readonly #listeners: (() => void)[] = [];
  readonly #waiting = new Set<() => void>();
  #trouble: BrokerTrouble | undefined = { since: new Date(), because: 'connecting' };
  #link: Link | undefined;
  #failures = 0;
  #isClosing = false;
  #running: Promise<void> | undefined;

  constructor(options: LastingConnectionOptions) {
    this.#options = options;
  }

  /** Undefined while messages can pass. */
  get trouble(): BrokerTrouble | undefined {
    return this.#trouble;
  }

  /** The connection that is there, be it blocked. */
  get model(): ChannelModel | undefined {
    return this.#link?.model;
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** The connection, once there is one; undefined if that takes longer, or the signal fires. */
  async connected(timeoutMs: number, signal?: AbortSignal): Promise<ChannelModel | undefined> {
    if (this.model || signal?.aborted) return this.model;
    let wake = () => {};
    await within(timeoutMs, (resolve) => {
      wake = resolve;
      this.#waiting.add(wake);
      signal?.addEventListener('abort', wake);
    });
    this.#waiting.delete(wake);
    signal?.removeEventListener('abort', wake);
    return this.model;
  }

  open(): void {
    this.#running ??= this.#keep();
  }

  /** The connection has been of use: should it be lost, the next attempt is made soon. */
  proved(): void {
    this.#failures = 0;
  }

  /** Gives the present connection up, at once. */
  fail(because: string): void {
    if (this.#link) this.#drop(this.#link, because);
  }

  /** From now on it is in trouble, though what is under way goes on. */
  retire(): void {
    this.#tell('closing');
    this.#isClosing = true;
  }

  /** Says goodbye if the server answers within the time; then nothing is left open. */
  async close(timeoutMs: number): Promise<void> {
    this.retire();
    this.#stop.abort();
    const { model } = this;
    if (model)
      await within(timeoutMs, (resolve) => {
        model.close().then(resolve, resolve);
        this.#running?.then(resolve);
      });
    this.fail('closing');
    await this.#running;
  }

  async #keep(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      await this.#live();
      const most = Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** this.#failures++);
      await delay(most * (1 - Math.random() / 2), undefined, { signal }).catch(() => {});
    }
  }

  /** One connection, from the attempt at it to its end. */
  async #live(): Promise<void> {
    const link = new Link();
    this.#link = link;
    const { address, setUp } = this.#options;
    const giveUp = () => this.#drop(link, `no answer within ${address.connectTimeoutMs / 1000} s`);
    const timer = setTimeout(giveUp, address.connectTimeoutMs);
    try {
      const model = await this.#connect(link.socket.signal);
      this.#follow(link, model);
      await setUp?.(model);
      this.#isThere(link, model);
    } catch (error) {
      this.#drop(link, this.#describe(error));
    } finally {
      clearTimeout(timer);
    }
    await link.over.promise;
  }

  async #connect(signal: AbortSignal): Promise<ChannelModel> {
    const { client, address, name } = this.#options;
    const socket = await address.socketOptions();
    // Node's sockets take a signal that destroys them; amqplib hands on what it does not know.
    const options = { ...socket, signal, clientProperties: { connection_name: name } };
    const model = await client.connect(address.server, options);
    bearAnyHeaders(model);
    return model;
  }

  #follow(link: Link, model: ChannelModel): void {
    let last: Error | undefined;
    model.on('error', (error) => {
      last = error;
    });
    // For CONNECTION_FORCED, a server that stops, there is no 'error'.
    model.on('close', (error) => this.#drop(link, this.#describe(error ?? last ?? new Error('closed'))));
    model.on('blocked', (reason) => this.#tell(`RabbitMQ blocks publishers: ${reason}`));
    model.on('unblocked', () => {
      if (link.model) this.#tell(undefined);
    });
  }

  #isThere(link: Link, model: ChannelModel): void {
    if (link.isOver) return;
    link.model = model;
    this.#tell(undefined);
    for (const wake of this.#waiting) wake();
  }

  /** The trouble is told before whoever waits for an answer learns that there will be none. */
  #drop(link: Link, because: string): void {
    if (link.isOver) return;
    link.isOver = true;
    link.model = undefined;
    this.#tell(because);
    this.#options.onOver();
    link.socket.abort();
    link.over.resolve();
  }

  #tell(because: string | undefined): void {
    const before = this.#trouble;
    if (before?.because === because || this.#isClosing) return;
    this.#trouble = because === undefined ? undefined : { since: before?.since ?? new Date(), because };
    for (const listener of this.#listeners) listener();
  }

  /** Never has the URL; should a library repeat the password, it is left out. */
  #describe(error: unknown): string {
    const { password, server } = this.#options.address;
    const message = inWords(describeError(error).message, server.vhost ?? '');
    return password === '' ? message : message.replaceAll(password, '…');
  }
}

/** Of a virtual host that it does not open, the client keeps to itself what RabbitMQ said. */
function inWords(message: string, vhost: string): string {
  if (message.startsWith('Expected ConnectionOpenOk'))
    return `there is no virtual host "${decoded(vhost) || '/'}", or its user may not go there`;
  const { code, text } = closingReason(new Error(message));
  return code === 'CLOSED' ? text : `${code}: ${text}`;
}

function decoded(vhost: string): string {
  try {
    return decodeURIComponent(vhost);
  } catch {
    return vhost;
  }
}

class Link {
  readonly socket = new AbortController();
  readonly over = Promise.withResolvers<void>();
  model: ChannelModel | undefined;
  isOver = false;
}
