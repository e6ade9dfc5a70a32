import { isIP } from 'node:net';
import type { apiVersionsV1, Connection } from '@platformatic/kafka';
import { fetchRaw } from './fetch-raw.ts';
import type { KafkaAddress, KafkaNode } from './kafka-address.ts';
import type { KafkaClient } from './load-kafka.ts';

/** What is asked of a broker, with the oldest and the newest version that Howdah has been run against. */
const ASKED = {
  Produce: [7, 9],
  Fetch: [13, 13],
  ListOffsets: [7, 7],
  Metadata: [2, 12],
  InitProducerId: [0, 4],
} as const;

export type KafkaApi = keyof typeof ASKED;

/** From then on the system asks a silent other side whether it is still there. */
const KEEP_ALIVE_MS = 30_000;
const MAX_UNANSWERED = 1_000;

export interface KafkaLimits {
  /** How long a connection may take, with what proves who we are. */
  readonly connectTimeoutMs: number;
  /** How long an answer may take; the connection ends with one that does not come. */
  readonly requestTimeoutMs: number;
}

interface Versioned {
  readonly api: { async(connection: Connection, ...args: readonly unknown[]): Promise<unknown> };
}

/** A connection to one broker, which knows the versions that the broker speaks. It never reconnects. */
export class KafkaConnection {
  readonly node: KafkaNode;
  readonly client: KafkaClient;
  readonly #connection: Connection;
  readonly #spoken: Map<string, apiVersionsV1.ApiVersionsResponseApi>;

  /** @throws {Error} the broker is not there, does not let us in, or takes too long */
  static async open(
    client: KafkaClient,
    node: KafkaNode,
    options: Pick<KafkaAddress, 'tls' | 'sasl'> & KafkaLimits,
  ): Promise<KafkaConnection> {
    const connection = connectionOf(client, node, options);
    try {
      await connection.connect(node.host, node.port);
      connection.socket.setKeepAlive(true, KEEP_ALIVE_MS);
      const { apiKeys } = await client.apiVersionsV1.api.async(connection, 'howdah', '1');
      return new KafkaConnection(client, node, { connection, spoken: apiKeys });
    } catch (error) {
      end(connection);
      throw error;
    }
  }

  private constructor(
    client: KafkaClient,
    node: KafkaNode,
    opened: { connection: Connection; spoken: apiVersionsV1.ApiVersionsResponseApi[] },
  ) {
    this.client = client;
    this.node = node;
    this.#connection = opened.connection;
    this.#spoken = new Map(opened.spoken.map((each) => [each.name, each]));
  }

  get isOpen(): boolean {
    return this.#connection.isConnected();
  }

  onClose(listener: () => void): void {
    this.#connection.once('close', listener);
  }

  /**
   * What the broker answers, error codes in it included: they are of single topics and partitions.
   *
   * @throws {Error} there is no answer, or the broker is too old or too new for the question
   */
  async ask<Answer>(api: KafkaApi, ...args: readonly unknown[]): Promise<Answer> {
    const versioned = this.#versioned(api);
    try {
      return (await versioned.api.async(this.#connection, ...args)) as Answer;
    } catch (error) {
      if (error instanceof this.client.ResponseError && 'response' in error) return error.response as Answer;
      throw error;
    }
  }

  close(): void {
    end(this.#connection);
  }

  #versioned(api: KafkaApi): Versioned {
    const [oldest, newest] = ASKED[api];
    const { minVersion = 1, maxVersion = 0 } = this.#spoken.get(api) ?? {};
    const version = Math.min(newest, maxVersion);
    if (version < Math.max(oldest, minVersion))
      throw new Error(`the broker does not speak a version of ${api} between ${oldest} and ${newest}`);
    if (api === 'Fetch') return { api: fetchRaw(this.client) };
    const name = `${api.charAt(0).toLowerCase()}${api.slice(1)}V${version}`;
    return (this.client as unknown as Record<string, Versioned>)[name] as Versioned;
  }
}

function connectionOf(
  client: KafkaClient,
  { host }: KafkaNode,
  { tls, sasl, connectTimeoutMs, requestTimeoutMs }: Pick<KafkaAddress, 'tls' | 'sasl'> & KafkaLimits,
): Connection {
  const connection = new client.Connection('howdah', {
    connectTimeout: connectTimeoutMs,
    requestTimeout: requestTimeoutMs,
    maxInflights: MAX_UNANSWERED,
    ...(tls && { tls, tlsServerName: isIP(host) === 0 }), // A name in the handshake cannot be an address.
    ...(sasl && { sasl }),
  });
  connection.on('error', () => {}); // Whoever asks is told; without a listener it would end the process.
  return connection;
}

/** The client's own `close` leaves the socket of a connection that failed as it is. */
function end(connection: Connection): void {
  void connection.close(() => {});
  connection.socket?.destroy();
}
