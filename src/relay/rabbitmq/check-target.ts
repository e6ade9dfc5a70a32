import type { ChannelModel } from 'amqplib';
import type { RabbitmqTarget } from '../broker.ts';
import { closingReason } from './closing-reason.ts';

/**
 * Why the target is not there, in RabbitMQ's words; undefined if it is, or does not say. Asked on a channel of its own, which a no
 * ends. Whether an exchange has a queue for the routing key cannot be asked.
 */
export async function checkTarget(
  model: ChannelModel,
  { exchange, routingKey }: RabbitmqTarget,
  timeoutMs: number,
): Promise<string | undefined> {
  const timer = Promise.withResolvers<undefined>();
  const timeout = setTimeout(() => timer.resolve(undefined), timeoutMs);
  try {
    return await Promise.race([ask(model, exchange, routingKey), timer.promise]);
  } finally {
    clearTimeout(timeout);
  }
}

async function ask(model: ChannelModel, exchange: string, routingKey: string): Promise<string | undefined> {
  try {
    const channel = await model.createChannel();
    channel.on('error', () => {});
    await (exchange === '' ? channel.checkQueue(routingKey) : channel.checkExchange(exchange));
    await channel.close();
    return undefined;
  } catch (error) {
    const { code, text } = closingReason(error as Error);
    return code === 'NOT_FOUND' ? text : undefined;
  }
}
