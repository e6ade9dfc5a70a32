import type { KafkaLinks } from './kafka-links.ts';
import { describeTopic, type KafkaTopic } from './kafka-topics.ts';

/** Partitions are added seldom; what else changes is noticed by an error. */
const MAX_AGE_MS = 5 * 60_000;

/** Topics as they were last described, each asked for once at a time. */
export class TopicCache {
  readonly #links: KafkaLinks;
  readonly #topics = new Map<string, { readonly topic: Promise<KafkaTopic>; readonly staleAt: number }>();

  constructor(links: KafkaLinks) {
    this.#links = links;
  }

  /**
   * @throws {TopicUnknown} there is none of that name, or we may not see it
   * @throws {Error} no broker can be asked
   */
  get(name: string): Promise<KafkaTopic> {
    const known = this.#topics.get(name);
    if (known && known.staleAt > Date.now()) return known.topic;
    const topic = this.#ask(name);
    this.#topics.set(name, { topic, staleAt: Date.now() + MAX_AGE_MS });
    topic.catch(() => this.forget(name, topic));
    return topic;
  }

  /** The next who needs it asks anew. @param topic only if it is this that is known; any else */
  forget(name: string, topic = this.#topics.get(name)?.topic): void {
    if (this.#topics.get(name)?.topic === topic) this.#topics.delete(name);
  }

  async #ask(name: string): Promise<KafkaTopic> {
    const { topic, nodes } = await describeTopic(await this.#links.toAny(), name);
    this.#links.learn(nodes);
    return topic;
  }
}
