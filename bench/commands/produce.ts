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

/**
 * Each job has its time, and waits for a connection from then on, however many do: what a slow queue keeps waiting counts as
 * waiting. They wait here and not in the library, as one that has limits refuses a call that has waited for seconds.
 */
function atRate(rate: number) {
  return async (producer: Producer, seconds: number, now: () => number): Promise<number> => {
    const startedAt = monotonicMs();
    const count = Math.ceil(seconds * rate);
    let next = 0;
    const loop = async () => {
      for (let n = next++; n < count; n = next++) {
        const dueAt = startedAt + (n / rate) * 1_000;
        const early = dueAt - monotonicMs();
        if (early > 0) await delay(early);
        await producer.one({ at: early > 0 ? now() : Math.min(now(), dueAt) });
      }
    };
    await Promise.all(Array.from({ length: PRODUCER_CONNECTIONS }, loop));
    return count;
  };
}
