/**
 * A process that reads the queue `orders` of a broker which its parent plays, over the channel between the two. It stops for good at
 * the point that it is told, and says so. Arguments: connection string, the point: `received`, `committed`, `acknowledged` or none.
 */
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { createLogger } from '../../src/observability/logger.ts';
import type { InboundBatch, InboundMessage, InboundQueues } from '../../src/relay/inbound.ts';
import { Sources } from '../../src/relay/sources/sources.ts';
import { sourceOf } from './source-stage.ts';

type Answer = { batch: number; messages?: (Omit<InboundMessage, 'body'> & { body: string })[] };

const [connectionString = '', point = ''] = process.argv.slice(2);

const queues: InboundQueues = {
  async *consume(_, { prefetch, signal }) {
    while (!signal.aborted) {
      process.send?.({ take: prefetch });
      const [answer] = (await once(process, 'message')) as [Answer];
      if (answer.messages) yield toBatch(answer);
      else await delay(5);
    }
  },
  depth: async () => 0,
  close: async () => {},
};

function toBatch({ batch, messages = [] }: Answer): InboundBatch {
  return {
    messages: messages.map((each) => ({ ...each, position: undefined, body: Buffer.from(each.body) })),
    async acknowledge() {
      await reach('committed');
      process.send?.({ acknowledge: batch });
      await reach('acknowledged');
    },
    giveBack: async () => void process.send?.({ giveBack: batch }),
  };
}

const reading = new Sources({
  connectionString,
  application: 'shop',
  sources: [sourceOf({ prefetch: 10 })],
  brokers: {
    rabbitmq: {
      ...queues,
      async *consume(queue, options) {
        for await (const batch of queues.consume(queue, options)) {
          await reach('received');
          yield batch;
        }
      },
    },
  },
  log: createLogger({ level: 'silent' }),
});

async function reach(name: string): Promise<void> {
  if (name !== point) return;
  process.send?.({ at: name });
  await new Promise(() => {});
}

await reading.start();
