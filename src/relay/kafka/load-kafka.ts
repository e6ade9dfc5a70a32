import type * as Kafka from '@platformatic/kafka';

export type KafkaClient = typeof Kafka;

/**
 * The client of Kafka, which is loaded by those alone who have a route or a source there.
 *
 * @throws {Error} it is not installed; says how to
 */
export async function loadKafka(): Promise<KafkaClient> {
  try {
    return await import('@platformatic/kafka');
  } catch (cause) {
    throw new Error('Kafka needs a package more: npm install --save-exact @platformatic/kafka@2.12.1', {
      cause,
    });
  }
}
