import { setTimeout as delay } from 'node:timers/promises';
import { type Contender, PRODUCER_CONNECTIONS, type Producer } from '../contenders/contender.ts';
import { monotonicMs } from '../monotonic-ms.ts';
import { cpuMs, say } from '../said.ts';

export interface ProduceOptions {
  /** Jobs a second, however long each enqueue takes. @default as many as go in, so many calls at once as it has connections */
  rate?: number;
  seconds: number;
  /** So long before that it does the same, without any job telling when it was enqueued. */
  warmUpSeconds: number;
}

/** Enqueues one by one, each in a transaction of its own, and resolves when all are in. */
export async function produce({ open }: Contender, url: string, options: ProduceOptions): Promise<void> {
  const { rate, seconds, warmUpSeconds } = options;
  const producer = await open(url);
  const go = rate === undefined ? asManyAsGo : atRate(rate);
  await go(producer, warmUpSeconds, () => 0);
  const [startedAt, cpuBefore] = [performance.now(), cpuMs()];
  say({ event: 'ready', cpuMs: cpuBefore });
  const count = await go(producer, seconds, monotonicMs);
  say({ event: 'produced', count, ms: performance.now() - startedAt, cpuMs: cpuMs() - cpuBefore });
  await producer.close();
}

async function asManyAsGo(producer: Producer, seconds: number, now: () => number): Promise<number> {
  const until = performance.now() + seconds * 1_000;
  let count = 0;
  const loop = async () => {
    while (performance.now() < until) {
      await producer.one({ at: now() });
      count += 1;
    }
  };
  await Promise.all(Array.from({ length: PRODUCER_CONNECTIONS }, loop));
  return count;
}

/** A call that is due is made, however many are under way: what a slow queue keeps waiting is counted as waiting. */
function atRate(rate: number) {
  return async (producer: Producer, seconds: number, now: () => number): Promise<number> => {
    const startedAt = performance.now();
    const underWay: Promise<unknown>[] = [];
    for (;;) {
      const elapsed = Math.min((performance.now() - startedAt) / 1_000, seconds);
      while (underWay.length < elapsed * rate) underWay.push(producer.one({ at: now() }));
      if (elapsed >= seconds) break;
      await delay(1);
    }
    await Promise.all(underWay);
    return underWay.length;
  };
}
