import type { Contender, Producer } from '../contenders/contender.ts';
import { cpuMs, say } from '../said.ts';

export interface EnqueueOptions {
  count: number;
  way: Way;
}

/** How jobs are enqueued: one by one, one by one at 20 places at once, many by a call, or by what is quickest. */
export type Way = 'one' | 'one-at-20-places' | 'many' | 'bulk';

const MANY = 1_000;
const BULK = 10_000;
const PLACES = 20;

/** Enqueues jobs without a worker. */
export async function enqueue(
  { open }: Contender,
  url: string,
  { count, way }: EnqueueOptions,
): Promise<void> {
  const producer = await open(url);
  await enqueueSome(producer, Math.min(count, way.startsWith('one') ? 50 : MANY), way); // what is compiled and opened first
  const [startedAt, cpuBefore] = [performance.now(), cpuMs()];
  await enqueueSome(producer, count, way);
  say({ event: 'enqueued', count, ms: performance.now() - startedAt, cpuMs: cpuMs() - cpuBefore });
  await producer.close();
}

async function enqueueSome(producer: Producer, count: number, way: Way): Promise<void> {
  let left = count;
  const loop = async () => {
    while (left > 0) {
      const now = Math.min(left, sizeOf(way));
      left -= now;
      await call(producer, now, way);
    }
  };
  await Promise.all(Array.from({ length: way === 'one-at-20-places' ? PLACES : 1 }, loop));
}

function sizeOf(way: Way): number {
  return { one: 1, 'one-at-20-places': 1, many: MANY, bulk: BULK }[way];
}

function call(producer: Producer, count: number, way: Way): Promise<unknown> {
  if (way === 'many') return producer.many(count, {});
  if (way === 'bulk' && producer.bulk) return producer.bulk(count, { queue: 'default' });
  return producer.one({});
}
