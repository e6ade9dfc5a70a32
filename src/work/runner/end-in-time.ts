import { setTimeout as delay } from 'node:timers/promises';

/** How long a runner goes on trying to write ends of runs, once its process stops and none is under way. */
const LAST_TRY_MS = 5_000;

/** Statements that have no answer by then wait for somebody's lock, or a server that is out of reach. */
const CUT_AFTER_MS = LAST_TRY_MS + 1_000;

/** What failing takes, once the connections are cut. */
const FAIL_WITHIN_MS = 1_000;

const LOOK_EVERY_MS = 100;

export interface EndingInTime {
  /** Fires when the process stops; before, a runner may take as long as it likes. */
  stopping: AbortSignal;
  /** Whether no run is under way: those have a limit of their own. */
  isIdle: () => boolean;
  /** Told after 5 s: what can be left to others is to be left to them. Called once. */
  giveUp: () => void;
  /** Told a second later, and again until it is over: what is still under way is to fail. */
  cut: () => void;
}

/** Resolves when `ending` does; in a process that stops within 7 s of its last run in any case. @throws as it does */
export async function endInTime(
  ending: Promise<void>,
  { stopping, isIdle, giveUp, cut }: EndingInTime,
): Promise<void> {
  const isOver = new AbortController();
  const outOfTime = (async () => {
    await untilIdleFor(LAST_TRY_MS, () => stopping.aborted && isIdle(), isOver.signal);
    giveUp();
    await delay(CUT_AFTER_MS - LAST_TRY_MS, undefined, { signal: isOver.signal });
    for (let ms = 0; ms < FAIL_WITHIN_MS; ms += LOOK_EVERY_MS) {
      cut();
      await delay(LOOK_EVERY_MS, undefined, { signal: isOver.signal });
    }
  })();
  // The first to end decides; that the other was given up, or that it failed later, is nobody's concern.
  outOfTime.catch(() => {});
  ending.catch(() => {});
  await Promise.race([ending, outOfTime]).finally(() => isOver.abort());
}

/** @throws when the signal fires first */
async function untilIdleFor(limitMs: number, isIdle: () => boolean, signal: AbortSignal): Promise<void> {
  for (let idleMs = 0; idleMs < limitMs; idleMs = isIdle() ? idleMs + LOOK_EVERY_MS : 0) {
    await delay(LOOK_EVERY_MS, undefined, { signal });
  }
}
