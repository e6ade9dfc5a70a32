import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { toError } from '../../errors/to-error.ts';
import type { App } from '../app-dependencies.ts';
import { ListenError } from './listen-error.ts';
import { LISTENER_OPTIONS } from './listener-options.ts';

export interface HttpServerOptions {
  app: Pick<App, 'fetch'>;
  /** Address to listen on; `0.0.0.0` or `::` for all. */
  host: string;
  /** 0 picks a free one. */
  port: number;
  /** The setting that `port` is, for errors. @default 'PORT' */
  setting?: string;
  /** Whether a free one will do when the port is taken. @default no */
  orFree?: boolean;
  /**
   * How long an idle connection is kept: longer than a balancer in front keeps it, or that one sends a request on a
   * connection that was just closed. @default 65000
   */
  keepAliveTimeoutMs?: number;
  /** Connections that are open at a time; more are closed without an answer. @default no limit */
  maxConnections?: number;
  /** Told of each connection that was closed so. */
  onDrop?: () => void;
  /** Whether the server is about to close: each answer then ends its connection. @default no */
  isLeaving?: () => boolean;
}

export interface HttpServer {
  /** Where it can be reached from this machine, without a trailing slash. */
  readonly url: string;
  readonly port: number;
  /**
   * Takes no more connections and ends idle ones; requests under way get `graceMs` milliseconds to finish, then their
   * connections are cut. Safe to call twice.
   */
  close(graceMs: number): Promise<void>;
}

/** A client that takes longer to send its request is cut off. */
const REQUEST_TIMEOUT_MS = 30_000;

/** Most balancers keep theirs for 60 s. */
const KEEP_ALIVE_MS = 65_000;

const SWEEP_INTERVAL_MS = 20;

/** @throws {ListenError} the port is in use, needs privileges, or the host is not an address of this machine */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { app, host, keepAliveTimeoutMs = KEEP_ALIVE_MS, isLeaving = () => false } = options;
  const server = createServer(
    { requestTimeout: REQUEST_TIMEOUT_MS, keepAliveTimeout: keepAliveTimeoutMs },
    getRequestListener(app.fetch, LISTENER_OPTIONS),
  );
  if (options.maxConnections !== undefined) server.maxConnections = options.maxConnections;
  if (options.onDrop) server.on('drop', options.onDrop);
  server.prependListener('request', (_, response) => {
    if (isLeaving()) response.setHeader('Connection', 'close');
  });
  await listen(server, options);
  const address = server.address() as AddressInfo;
  let closing: Promise<void> | undefined;
  return {
    url: `http://${reachableHost(host)}:${address.port}`,
    port: address.port,
    close(graceMs) {
      closing ??= close(server, graceMs);
      return closing;
    },
  };
}

type Place = Pick<HttpServerOptions, 'host' | 'port' | 'setting' | 'orFree'>;

async function listen(
  server: Server,
  { host, port, setting = 'PORT', orFree = false }: Place,
): Promise<void> {
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (error) {
    if (orFree && codeOf(error) === 'EADDRINUSE') return listen(server, { host, port: 0, setting });
    throw new ListenError(`Cannot listen on ${host}:${port}: ${explain(error, setting)}`, { cause: error });
  }
}

function explain(error: unknown, setting: string): string {
  const code = codeOf(error);
  if (code === 'EADDRINUSE')
    return `another program uses this port; stop it, or set ${setting} to a free one`;
  if (code === 'EACCES') return `ports below 1024 need privileges; set ${setting} to a higher one`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return 'HOST is not an address of this machine';
  return toError(error).message;
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

/** Node ends idle connections once, at close; those that become idle later would keep it waiting. */
async function close(server: Server, graceMs: number): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_INTERVAL_MS);
  const cut = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearInterval(sweep);
  clearTimeout(cut);
}

function reachableHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}
