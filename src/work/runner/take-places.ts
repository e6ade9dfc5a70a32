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
 * Takes a place among the runner's own runs and one among its queue's in this process, while the ends of runs can be written;
 * a promise where it has to wait for one. What is returned gives both back.
 *
 * @param leaving fires when the runner begins no further run
 * @throws {VerdictError} that puts the job back, when the runner leaves before there is a place
 */
export function takePlaces(places: Places, leaving: AbortSignal): TakenPlaces | Promise<TakenPlaces> {
  const { grants, slots, breaker } = places;
  const isAtOnce =
    grants.freeCount > 0 && (!slots || slots.freeCount > 0) && !breaker.isOpen && !leaving.aborted;
  if (!isAtOnce) return waitForPlaces(places, leaving);
  void grants.acquire(leaving);
  void slots?.acquire(leaving);
  return new TakenPlaces(grants, slots);
}

/** To be freed once. */
export class TakenPlaces {
  readonly #grants: Slots;
  readonly #slots: Slots | undefined;

  constructor(grants: Slots, slots: Slots | undefined) {
    this.#grants = grants;
    this.#slots = slots;
  }

  free(): void {
    this.#grants.release();
    this.#slots?.release();
  }
}

async function waitForPlaces({ grants, slots, breaker }: Places, leaving: AbortSignal): Promise<TakenPlaces> {
  const taken: Slots[] = [];
  try {
    for (const each of slots ? [grants, slots] : [grants]) {
      await each.acquire(leaving);
      taken.push(each);
    }
    await breaker.turn(leaving);
    return new TakenPlaces(grants, slots);
  } catch (reason) {
    for (const each of taken) each.release();
    throw new VerdictError({ kind: 'return', error: reason as Error });
  }
}
