import type { ChannelModel, ConsumeMessage } from 'amqplib';
import { closingReason } from './closing-reason.ts';

/** What RabbitMQ adds to each message of a stream; and whoever sends to another queue may add, too. */
const MARK = 'x-stream-offset';

/** Whether the message may be one of a stream. */
export function looksLikeStream({ properties }: ConsumeMessage): boolean {
  return Object.hasOwn(properties.headers ?? {}, MARK);
}

/**
 * Whether the queue is a stream: RabbitMQ has nobody consume one without a limit to what is handed over ahead. Of another queue
 * messages are handed over by the question, and are given back at once; so it is for where there is reason to ask.
 */
export async function isStream(model: ChannelModel, queue: string): Promise<boolean> {
  const channel = await model.createChannel();
  channel.on('error', () => {});
  try {
    await channel.consume(queue, () => {});
    await channel.close();
    return false;
  } catch (error) {
    return closingReason(error as Error).code === 'PRECONDITION_FAILED';
  }
}
