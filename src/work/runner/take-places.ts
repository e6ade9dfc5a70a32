import { VerdictError } from '../run/verdict.ts';
import type { EndsBreaker } from './ends-breaker.ts';
import type { Slots } from './slots.ts';

export interface Places {
  /** The runner's part of its queue's fleet concurrency. */
  grants: Slots;
  /** The queue's in this process. @default its runner alone has the queue there */
  slots?: Slots;
  breaker: EndsBreaker;
}

/**
 * A place among the runner's own runs and one among its queue's in this process, while the ends of runs can be written.
 *
 * @param leaving fires when the runner begins no further run
 * @throws {VerdictError} that puts the job back, when the runner leaves before there is a place
 */
export async function takePlaces(
  { grants, slots, breaker }: Places,
  leaving: AbortSignal,
): Promise<Disposable> {
  const taken: Disposable[] = [];
  const free = () => {
    for (const place of taken) place[Symbol.dispose]();
  };
  try {
    taken.push(await grants.acquire(leaving));
    if (slots) taken.push(await slots.acquire(leaving));
    await breaker.turn(leaving);
  } catch (reason) {
    free();
    throw new VerdictError({ kind: 'return', error: reason as Error });
  }
  return { [Symbol.dispose]: free };
}
