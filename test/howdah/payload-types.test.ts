import { test } from 'node:test';
import { z } from 'zod';
import { createHowdah } from '../../src/howdah/create-howdah.ts';
import { bind } from '../../src/tasks/bind.ts';
import { defineTask } from '../../src/tasks/define-task.ts';

const sendReceipt = defineTask({
  name: 'send_receipt',
  payload: z.strictObject({ order_id: z.string(), copies: z.int().optional() }),
});
const counts = defineTask({
  name: 'counts',
  payload: z.strictObject({ count: z.string().transform(Number), unit: z.string().default('g') }),
});
const when = z.codec(z.iso.datetime(), z.date(), {
  decode: (text) => new Date(text),
  encode: (date) => date.toISOString(),
});
const remind = defineTask({
  name: 'remind',
  payload: z.strictObject({ at: z.array(z.strictObject({ when: when.optional() })) }),
});
const anything = defineTask({ name: 'anything', payload: z.unknown() });

/** Compiled by `npm run check`, and never called: each expected error that is none fails there. */
async function typed(): Promise<void> {
  const howdah = createHowdah({ tasks: [sendReceipt, anything], application: 'shop' });
  const tx = { query: async () => ({ rows: [] }) };

  await howdah.enqueue(tx, sendReceipt, { order_id: 'a' });
  await howdah.enqueue(tx, sendReceipt, { order_id: 'a', copies: 2 }, { delayMs: 5_000 });
  await howdah.enqueue(tx, anything, [1]);
  // @ts-expect-error a number is no order's id
  await howdah.enqueue(tx, sendReceipt, { order_id: 1 });
  // @ts-expect-error there must be one
  await howdah.enqueue(tx, sendReceipt, {});
  // @ts-expect-error nothing else is in it
  await howdah.enqueue(tx, sendReceipt, { order_id: 'a', colour: 'red' });
  // @ts-expect-error there is no such option
  await howdah.enqueue(tx, sendReceipt, { order_id: 'a' }, { delay: 5 });
  // @ts-expect-error the transaction is missing
  await howdah.enqueue(sendReceipt, { order_id: 'a' });
  // @ts-expect-error that is no transaction
  await howdah.enqueue({}, sendReceipt, { order_id: 'a' });

  await howdah.enqueue(tx, counts, { count: '5' });
  await howdah.enqueue(tx, remind, { at: [{ when: new Date() }, {}] });
  await howdah.enqueueMany(tx, [
    { task: counts, payload: { count: '5', unit: 'kg' } },
    { task: remind, payload: { at: [{ when: new Date() }] } },
  ]);
  // @ts-expect-error that is what a transform makes of it, for the handler
  await howdah.enqueue(tx, counts, { count: 5, unit: 'g' });
  // @ts-expect-error that is what a codec makes of it, to be kept
  await howdah.enqueue(tx, remind, { at: [{ when: '2031-05-06T07:08:09Z' }] });
  // @ts-expect-error in a batch as well
  await howdah.enqueueMany(tx, [{ task: counts, payload: { count: 5 } }]);
  bind(counts, async ({ count, unit }) => count.toFixed() + unit.length);
  bind(remind, async ({ at }) => at.map(({ when }) => when?.getTime()));
  // @ts-expect-error the handler gets a number
  bind(counts, async ({ count }) => count.length);

  await howdah.enqueueAlone(sendReceipt, { order_id: 'a' });
  // @ts-expect-error a number is no order's id
  await howdah.enqueueAlone(sendReceipt, { order_id: 1 });

  await howdah.enqueueMany(tx, [
    { task: sendReceipt, payload: { order_id: 'a' } },
    { task: anything, payload: 1 },
  ]);
  // @ts-expect-error a number is no order's id
  await howdah.enqueueMany(tx, [{ task: sendReceipt, payload: { order_id: 1 } }]);
  // @ts-expect-error there is no such state
  await howdah.find({ states: ['withdrawn'] });
}

test('payloads are checked against their task by the compiler', () => void typed);
