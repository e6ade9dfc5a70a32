import { type ConfirmChannel, connect } from 'amqplib';
import { noRabbitMq, startRabbitMq } from '../../test/support/rabbitmq.ts';
import { declareQueue } from '../../test/support/rabbitmq-scene.ts';
import type { BrokerBench } from './broker-bench.ts';

export const rabbitmq: BrokerBench = {
  name: 'RabbitMQ',
  contender: 'howdah-rabbitmq',
  target: 2_500,
  alone: ['client alone'],
  notes: [
    "**RabbitMQ**: Debian's, one node on the same two cores, its CPU is not counted; one durable classic queue that nobody reads.",
    '**amqplib alone**: persistent, mandatory, each with a confirm, as many without one as Howdah runs at once.',
  ],
  async start(stack) {
    if (noRabbitMq) return undefined;
    const server = await startRabbitMq(stack);
    await declareQueue(server, 'bench');
    process.env['RABBITMQ_URL'] = server.url;
    stack.defer(() => void delete process.env['RABBITMQ_URL']);
    const send = async (count: number, atOnce: number) => {
      const connection = await connect(server.url, { noDelay: true });
      await sendAll(await connection.createConfirmChannel(), { count, atOnce });
      await connection.close();
    };
    return { alone: [{ name: 'client alone', send }] };
  },
};

/** Whenever one is confirmed the next one goes. */
export async function sendAll(
  channel: ConfirmChannel,
  {
    queue = 'bench',
    count,
    atOnce,
    from = 0,
  }: { queue?: string; count: number; atOnce: number; from?: number },
): Promise<void> {
  let sent = 0;
  const one = () =>
    new Promise<void>((resolve, reject) => {
      channel.publish('', queue, Buffer.from('{}'), propertiesOf(from + sent++), (error) =>
        error ? reject(error) : resolve(),
      );
    });
  const lane = async () => {
    while (sent < count) await one();
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
}

/** What a message of Howdah has. */
function propertiesOf(index: number) {
  return {
    persistent: true,
    mandatory: true,
    messageId: `00000000-0000-0000-0000-000000000000/${index}`,
    type: 'noop',
    contentType: 'application/json',
    timestamp: 1_767_323_045,
    appId: 'howdah',
    headers: {},
  };
}
