import { MessageRefused, type RabbitmqTarget } from '../../src/relay/broker.ts';
import { FakeBroker } from '../support/fake-broker.ts';
import { describeRoutedJobs } from './routed-jobs.ts';

describeRoutedJobs('a job that goes to a broker of this process', async () => {
  const broker = new FakeBroker<RabbitmqTarget>();
  const places = new Set<string>();
  broker.toReceipt = ({ exchange, routingKey }) => ({ exchange, routing_key: routingKey });
  broker.onPublish = ({ target: { routingKey } }) => {
    if (!places.has(routingKey)) throw new MessageRefused('NO_ROUTE', `no queue takes ${routingKey}`);
  };
  return {
    broker,
    placedIn: (queue: string) => ({ exchange: '', routing_key: queue }),
    declare: async (queue) => void places.add(queue),
    async take(queue) {
      const taken = broker.sent.filter(({ target }) => target.routingKey === queue);
      broker.sent.splice(0, broker.sent.length, ...broker.sent.filter((each) => !taken.includes(each)));
      return taken.map(({ message: { id, type, body, headers } }) => ({
        id,
        type,
        body: String(body),
        headers,
      }));
    },
    break: async () => broker.break(),
    mend: async () => broker.mend(),
  };
});
