import { readFile } from 'node:fs/promises';
import type { Options, SocketOptions } from 'amqplib';

/** Where a RabbitMQ is, who we are there, and how the connection is kept. */
export interface RabbitmqAddress {
  readonly server: Options.Connect;
  /** What must not be told of it. */
  readonly password: string;
  /** Within which it must have taken us. */
  readonly connectTimeoutMs: number;
  /** Of the socket, TLS among them; its files are read anew for each connection, so that they can be exchanged. */
  socketOptions(): Promise<SocketOptions>;
}

/** A connection without a sign of life for two of them is given up; RabbitMQ advises 5 to 20. */
const HEARTBEAT_SECONDS = 10;
const CONNECT_TIMEOUT_MS = 10_000;

/** RabbitMQ's own names. Source: rabbitmq.com, "AMQP 0-9-1 URI Query Parameters". */
const PARAMETERS = [
  'auth_mechanism',
  'cacertfile',
  'certfile',
  'connection_timeout',
  'heartbeat',
  'keyfile',
  'server_name_indication',
  'verify',
];

/**
 * What a URL says: `amqps://user:password@host:5671/vhost?heartbeat=10&cacertfile=/etc/ca.pem`. Without a user it is `guest`, without
 * a vhost `/`.
 *
 * @throws {Error} in words, without the URL
 */
export function parseAddress(text: string): RabbitmqAddress {
  const url = new URL(text);
  const given = url.searchParams;
  const unknown = [...given.keys()].find((name) => !PARAMETERS.includes(name));
  if (unknown !== undefined)
    throw new Error(
      `the address of RabbitMQ has the parameter "${/^\w+$/.test(unknown) ? unknown : '…'}"; known are ${PARAMETERS.join(', ')}`,
    );
  const isAnonymous = url.username === '' && url.password === '';
  const password = isAnonymous ? 'guest' : decode(url.password);
  return {
    server: {
      protocol: url.protocol.slice(0, -1),
      hostname: url.hostname.replace(/^\[|\]$/g, ''),
      ...(url.port !== '' && { port: Number(url.port) }),
      username: isAnonymous ? 'guest' : decode(url.username),
      password,
      vhost: url.pathname.slice(1), // amqplib decodes it
      heartbeat: wholeNumber(given, 'heartbeat', HEARTBEAT_SECONDS),
    },
    password,
    connectTimeoutMs: wholeNumber(given, 'connection_timeout', CONNECT_TIMEOUT_MS),
    socketOptions: () => readSocketOptions(given),
  };
}

function wholeNumber(given: URLSearchParams, name: string, byDefault: number): number {
  const text = given.get(name);
  if (text === null) return byDefault;
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new Error(`the address of RabbitMQ has a ${name} that is no whole number from 1 to 999999`);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw new Error('the address of RabbitMQ has a user or a password with a % that encodes nothing', {
      cause,
    });
  }
}

async function readSocketOptions(given: URLSearchParams): Promise<SocketOptions> {
  const [ca, cert, key] = await Promise.all(
    ['cacertfile', 'certfile', 'keyfile'].map((name) => read(given.get(name))),
  );
  const servername = given.get('server_name_indication');
  return {
    noDelay: true,
    keepAlive: true,
    ...(ca && { ca }),
    ...(cert && { cert }),
    ...(key && { key }),
    ...(servername !== null && { servername }),
    ...(given.get('verify') === 'verify_none' && { rejectUnauthorized: false }),
    ...(given.get('auth_mechanism')?.toUpperCase() === 'EXTERNAL' && { credentials: BY_CERTIFICATE }),
  };
}

/** Who we are is what the client's certificate says. As amqplib's `credentials.external()`. */
const BY_CERTIFICATE = { mechanism: 'EXTERNAL', response: () => Buffer.alloc(0) };

async function read(path: string | null): Promise<Buffer | undefined> {
  return path === null ? undefined : await readFile(path);
}
