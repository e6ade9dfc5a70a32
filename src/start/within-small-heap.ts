import { PerformanceObserver } from 'node:perf_hooks';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

const GROWTH_FACTOR = '--semi-space-growth-factor';
/** V8's own. */
const USUAL_FACTOR = 2;
/** Of the command line of Node, where somebody says how much room there is. */
const SAID = /^--(min|max)[-_]semi[-_]space[-_]size/;

/**
 * Where the room for new objects, which is two halves, stops to grow. V8 of Node 24 would double it to 128 MiB within a second of
 * work, of Node 22 to these 32; jobs cost the same with either, so that the rest is only held.
 */
const MAX_ROOM_BYTES = 32 * 2 ** 20;

/**
 * What `start` returns; until it settles, the part of the heap where new objects are made stays as small as it is. Afterwards it
 * grows as soon as jobs ask for it, up to 32 MiB.
 *
 * Loading some 700 modules makes much that lives for an instant and much that stays, and V8 answers either by doubling that part.
 * An idle service never needs it and never gives it back: it would hold a fifth of its memory for the sake of its first
 * second. It holds for all threads, and costs a start some 90 ms of CPU. Where the command line of Node says how it is to
 * grow, it is left alone; where that says how large it may be, it grows to that once the service is up.
 *
 * Source: `NewSpace::Grow` in V8's src/heap/new-spaces.cc, which reads the factor at each growth; tried on Node 22, 24 and 26.
 */
export async function withinSmallHeap<T>(start: () => Promise<T>): Promise<T> {
  if (process.execArgv.some((flag) => flag.startsWith(GROWTH_FACTOR))) return start();
  setGrowth(1);
  try {
    return await start();
  } finally {
    setGrowth(USUAL_FACTOR);
    if (!process.execArgv.some((flag) => SAID.test(flag))) boundGrowth();
  }
}

/** Looks after each collection, the only thing by which the room changes: it shrinks while there is little to do. */
function boundGrowth(): void {
  let factor = USUAL_FACTOR;
  const look = () => {
    const wanted = roomBytes() < MAX_ROOM_BYTES ? USUAL_FACTOR : 1;
    if (wanted !== factor) setGrowth(wanted);
    factor = wanted;
  };
  new PerformanceObserver(look).observe({ entryTypes: ['gc'] });
}

function roomBytes(): number {
  return getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')?.space_size ?? 0;
}

function setGrowth(factor: number): void {
  setFlagsFromString(`${GROWTH_FACTOR}=${factor}`);
}
