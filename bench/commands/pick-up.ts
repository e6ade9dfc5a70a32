import { setTimeout as delay } from 'node:timers/promises';
import type { Contender } from '../contenders/contender.ts';
import { monotonicMs } from '../monotonic-ms.ts';
import { toWaits } from '../percentiles.ts';
import { say } from '../said.ts';

/** The first ones, which compile and open what there is. */
const WARM_UP = 20;

/** A worker that has nothing to do, and one job at a time: enqueued a moment after the one before was picked up. */
export async function pickUp(
  { open, work }: Contender,
  url: string,
  { count, concurrency }: { count: number; concurrency: number },
): Promise<void> {
  let pickedUp = (_: number) => {};
  const run = () => pickedUp(monotonicMs());
  const working = await work(url, { queues: [{ name: 'default', concurrency }], run });
  const producer = await open(url);
  const waits: number[] = [];
  for (let n = 0; n < WARM_UP + count; n += 1) {
    const next = new Promise<number>((resolve) => (pickedUp = resolve));
    const at = monotonicMs();
    await producer.one({ at });
    const wait = (await next) - at;
    if (n >= WARM_UP) waits.push(wait);
    await delay(5 + Math.random() * 20);
  }
  await producer.close();
  await working.stop();
  say({ event: 'picked-up', waits: toWaits(waits) });
}
