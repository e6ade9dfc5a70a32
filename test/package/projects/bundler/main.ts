import { createHowdah, defineApp, defineHandle, defineTask, startWorker, z } from 'howdah';

/** Everything in one file: tasks in a list, run from the source. */
const sendReceipt = defineTask({
  name: 'send_short_receipt',
  payload: z.strictObject({ order_id: z.string() }),
});
const sent: string[] = [];
const handle = defineHandle();
const task = handle(sendReceipt, async ({ order_id }) => void sent.push(order_id));
const shop = defineApp({ name: 'short', tasks: [task] });

const worker = await startWorker({ app: shop, queues: 'default:2' });
const howdah = createHowdah({ app: shop });
const [, , orderId = 'o-1'] = process.argv;
const { id } = await howdah.enqueueAlone(sendReceipt, { order_id: orderId });
// @ts-expect-error: no such field
const misspelt = () => howdah.enqueueAlone(sendReceipt, { ordre_id: orderId });
void misspelt;
const { state } = await howdah.wait(id, { timeoutMs: 20_000 });
console.log(JSON.stringify({ state, sent }));
await worker.stop();
await howdah.close();
