import { kindOf } from '../../tasks/kind-of.ts';

/** A queue that nobody uses goes after so long. */
const EXPIRES_MS = 10 * 60_000;

/**
 * Makes durable queues in RabbitMQ for tests and demonstrations: those that nobody uses go by themselves after ten minutes, with
 * their messages. Howdah itself declares nothing.
 *
 * @param url as RABBITMQ_URL
 * @throws {TypeError} for what is no list of names: of a text each letter would be a queue
 * @throws what the broker, or the way to it, has against it
 */
export async function declareQueues(url: string, names: readonly string[]): Promise<void> {
  if (!Array.isArray(names) || names.some((name) => typeof name !== 'string')) {
    throw new TypeError(`declareQueues: names: expected a list of names, received ${kindOf(names)}`);
  }
  const { connect } = await import('amqplib');
  const connection = await connect(url);
  try {
    const channel = await connection.createChannel();
    for (const name of names) await channel.assertQueue(name, { durable: true, expires: EXPIRES_MS });
  } finally {
    await connection.close();
  }
}
