import type { KafkaAddress, KafkaNode } from './kafka-address.ts';
import { KafkaConnection, type KafkaLimits } from './kafka-connection.ts';
import type { KafkaClient } from './load-kafka.ts';

/** Connections to the brokers of one cluster, one each, opened when they are asked for. */
export class KafkaLinks {
  readonly #client: KafkaClient;
  readonly #options: KafkaAddress & KafkaLimits;
  readonly #links = new Map<string, Promise<KafkaConnection>>();
  /** Those that brokers named, beside those of the address. */
  readonly #told = new Map<string, KafkaNode>();
  #onLost: () => void = () => {};

  constructor(client: KafkaClient, options: KafkaAddress & KafkaLimits) {
    this.#client = client;
    this.#options = options;
  }

  /** Called when a connection ends that nobody here has closed. */
  onLost(listener: () => void): void {
    this.#onLost = listener;
  }

  /** @throws {Error} the broker cannot be reached */
  to(node: KafkaNode): Promise<KafkaConnection> {
    const key = keyOf(node);
    const known = this.#links.get(key);
    if (known) return known;
    const link = KafkaConnection.open(this.#client, node, this.#options);
    this.#links.set(key, link);
    link.then(
      (connection) => connection.onClose(() => this.#forget(key, link, true)),
      () => this.#forget(key, link, false),
    );
    return link;
  }

  /**
   * To any broker: to one that is open already, else to the first that lets itself be reached.
   *
   * @throws {Error} none can; the error is that of the last one
   */
  async toAny(): Promise<KafkaConnection> {
    const nodes = [...this.#options.nodes, ...this.#told.values()];
    const isLinked = (node: KafkaNode) => this.#links.has(keyOf(node));
    const [first, ...others] = [...nodes.filter(isLinked), ...nodes.filter((node) => !isLinked(node))];
    if (!first) throw new Error('there is no broker to ask');
    let link = this.to(first);
    for (const node of others) link = link.catch(() => this.to(node));
    return await link;
  }

  /** Brokers that were told of by one of them. */
  learn(nodes: Iterable<KafkaNode>): void {
    this.#told.clear();
    for (const node of nodes) this.#told.set(keyOf(node), node);
  }

  /** What is asked on them fails at once. New ones can be opened. */
  closeAll(): void {
    const links = [...this.#links.values()];
    this.#links.clear();
    for (const link of links) link.then((connection) => connection.close()).catch(() => {});
  }

  #forget(key: string, link: Promise<KafkaConnection>, wasOpen: boolean): void {
    if (this.#links.get(key) !== link) return;
    this.#links.delete(key);
    if (wasOpen) this.#onLost();
  }
}

function keyOf({ host, port }: KafkaNode): string {
  return `${host}:${port}`;
}
