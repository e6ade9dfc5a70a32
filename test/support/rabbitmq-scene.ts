import { type ConfirmChannel, connect, type GetMessage, type Options } from 'amqplib';
import { BrokerDown, MessageRefused, type Receipt } from '../../src/relay/broker.ts';
import type { Message } from '../../src/relay/message.ts';
import { createRabbitmqBroker, type RabbitmqBroker } from '../../src/relay/rabbitmq/rabbitmq-broker.ts';
import type { RabbitMq } from './rabbitmq.ts';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';
import { waitFor } from './wait-for.ts';

/** Nobody gives up. */
export const NEVER = new AbortController().signal;

export function messageOf(id: string, given: Partial<Message> = {}): Message {
  return {
    id,
    type: 'signed_up',
    contentType: 'application/json',
    key: undefined,
    headers: {},
    body: Buffer.from(JSON.stringify({ id })),
    createdAt: new Date('2026-01-02T03:04:05.678Z'),
    ...given,
  };
}

/** `confirmed`, `down`, or the code of a refusal. */
export async function outcomeOf(answer: Promise<Receipt>): Promise<string> {
  try {
    await answer;
    return 'confirmed';
  } catch (error) {
    if (error instanceof BrokerDown) return 'down';
    if (error instanceof MessageRefused) return error.code;
    throw error;
  }
}

/** A broker that is connected, through a proxy. Both are gone with the stack. */
export async function openBroker(
  stack: AsyncDisposableStack,
  url: string,
  options: { confirmTimeoutMs?: number; window?: number } = {},
): Promise<{ broker: RabbitmqBroker; proxy: TcpProxy }> {
  const proxy = await startTcpProxy(url);
  stack.defer(() => proxy.stop());
  const broker = await createRabbitmqBroker({ url: proxy.url, clientName: 'tests', ...options });
  stack.defer(() => broker.close(1_000));
  broker.open();
  await untilConnected(broker);
  return { broker, proxy };
}

export async function untilConnected(broker: RabbitmqBroker): Promise<void> {
  await waitFor(`RabbitMQ to be there, which is ${broker.trouble?.because}`, () => !broker.trouble, 30_000);
}

/** The reason of its trouble, once it matches. */
export async function untilTrouble(broker: RabbitmqBroker, reason: RegExp): Promise<string> {
  const because = () => broker.trouble?.because ?? '';
  await waitFor(`trouble like ${reason}`, () => reason.test(because()), 40_000);
  return because();
}

/**
 * Publishes each message until it is confirmed, as its job would: one that is given back waits until RabbitMQ is there again. Resolves
 * with the ids of those that were given back.
 */
export async function publishAll(
  broker: RabbitmqBroker,
  queue: string,
  ids: readonly string[],
): Promise<Set<string>> {
  const givenBack = new Set<string>();
  const publish = async (id: string): Promise<void> => {
    const target = { exchange: '', routingKey: queue };
    const outcome = await outcomeOf(broker.publish(target, messageOf(id), NEVER));
    if (outcome === 'confirmed') return;
    if (outcome !== 'down') throw new Error(`${id} was refused: ${outcome}`);
    if (!broker.trouble) throw new Error(`${id} was given back although nothing is wrong`);
    givenBack.add(id);
    await untilConnected(broker);
    await publish(id);
  };
  await Promise.all(ids.map(publish));
  return givenBack;
}

/** On a connection of its own, past any proxy; what is sent is on disk when it resolves. */
export async function withChannel<T>(
  server: RabbitMq,
  use: (channel: ConfirmChannel) => Promise<T>,
): Promise<T> {
  const connection = await connect(server.url);
  try {
    const channel = await connection.createConfirmChannel();
    const result = await use(channel);
    await channel.waitForConfirms();
    await channel.close(); // The goodbye of a connection overtakes what its channels have to write.
    return result;
  } finally {
    await connection.close();
  }
}

export async function declareQueue(
  server: RabbitMq,
  queue: string,
  options: Options.AssertQueue = {},
): Promise<void> {
  await withChannel(server, (channel) => channel.assertQueue(queue, { durable: true, ...options }));
}

/** Takes all that there is. */
export async function drainQueue(server: RabbitMq, queue: string): Promise<GetMessage[]> {
  return withChannel(server, async (channel) => {
    const messages: GetMessage[] = [];
    for (;;) {
      const message = await channel.get(queue, { noAck: true });
      if (!message) return messages;
      messages.push(message);
    }
  });
}

/** The ids of all that there is; it is taken. */
export async function drainIds(server: RabbitMq, queue: string): Promise<string[]> {
  return (await drainQueue(server, queue)).map(({ properties }) => String(properties.messageId));
}
