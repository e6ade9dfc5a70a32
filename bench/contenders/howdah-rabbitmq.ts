import { defineApp, defineTask, publish, startWorker, z } from '../../dist/index.js';
import { type Contender, TASK } from './contender.ts';
import howdah from './howdah.ts';

const noop = defineTask({ name: TASK, payload: z.object({ at: z.number().optional() }), queue: 'default' });

/** Jobs that go to the queue `bench` of the RabbitMQ of RABBITMQ_URL. */
export default {
  ...howdah,
  setup: 'startWorker of the built package with a route to RabbitMQ, all else at its defaults',
  async work(connectionString, { queues, run }) {
    const app = defineApp<unknown, unknown>({
      name: 'bench',
      tasks: [publish(noop, { rabbitmq: { routingKey: 'bench' } })],
    });
    const worker = await startWorker({ app, connectionString, queues });
    worker.on('job.completed', ({ jobId, queue }) => void run({ id: jobId, queue, data: {} }));
    return worker;
  },
} satisfies Contender;
