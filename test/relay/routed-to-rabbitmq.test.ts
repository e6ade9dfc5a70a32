import { noRabbitMq, startRabbitMq } from '../support/rabbitmq.ts';
import { declareQueue, drainQueue, openBroker, untilTrouble } from '../support/rabbitmq-scene.ts';
import { describeRoutedJobs } from './routed-jobs.ts';

const open = async (stack: AsyncDisposableStack) => {
  const server = await startRabbitMq(stack);
  const { broker, proxy } = await openBroker(stack, server.url);
  return {
    broker,
    placedIn: (queue: string) => ({ exchange: '', routing_key: queue }),
    declare: (queue: string) => declareQueue(server, queue),
    async take(queue: string) {
      const messages = await drainQueue(server, queue);
      return messages.map(({ content, properties: { messageId, type, headers = {} } }) => ({
        id: String(messageId),
        type: String(type),
        body: content.toString(),
        headers,
      }));
    },
    async break() {
      proxy.refuse();
      await untilTrouble(broker, /./);
    },
    async mend() {
      proxy.admit();
    },
  };
};

describeRoutedJobs('a job that goes to RabbitMQ', open, { skip: noRabbitMq });
