import { setTimeout as delay } from 'node:timers/promises';
import type { EndSignal } from './end-signal.ts';

/** What a handler that ignores its signal gets when its worker ends: the process will be gone, and it with it. */
const HURRY_MS = 1_000;

export interface Patience {
  /** The run's. When it fires, the handler should end. */
  end: EndSignal;
  /** Fires when the worker ends, and nothing may be waited for any longer than a second. */
  hurrySignal: AbortSignal;
  /** How long the handler may go on after its signal fired before it is left behind, in milliseconds. */
  abandonAfterMs: number;
  /** The signal fired and the handler goes on. @returns what to call when it ends */
  onOverdue(): () => void;
  /** It is left behind. @returns what to call when it ends */
  onAbandoned(): () => void;
}

/**
 * What the handler returns or throws. When its signal fires first, the signal's reason is thrown, but not before the
 * handler has ended too or its time to do so is over: until then the run has its place, and its job is nobody else's.
 *
 * @throws what the handler throws, or the reason of the signal
 */
export function awaitHandler(handled: unknown, patience: Patience): Promise<unknown> {
  const { end } = patience;
  const handling = Promise.resolve(handled); // itself, unless it is what no `async` function returns
  return new Promise((resolve, reject) => {
    let isEnding = false;
    const giveUp = () => {
      isEnding = true;
      void untilEnded(handling, patience).then(() => reject(end.reason));
    };
    const settle = (how: (outcome: unknown) => void) => (outcome: unknown) => {
      if (isEnding) return;
      end.removeEventListener('abort', giveUp);
      how(outcome);
    };
    handling.then(settle(resolve), settle(reject));
    if (end.aborted) giveUp();
    else end.addEventListener('abort', giveUp);
  });
}

async function untilEnded(handling: Promise<unknown>, patience: Patience): Promise<void> {
  const { abandonAfterMs, hurrySignal } = patience;
  let isEnded = false;
  const ended = handling.then(ignore, ignore).then(() => {
    isEnded = true;
  });
  void ended.then(patience.onOverdue());
  const waiting = new AbortController();
  const after = (ms: number) => delay(ms, undefined, { signal: waiting.signal }).catch(ignore);
  const hurried = untilAborted(hurrySignal, waiting.signal).then(() => after(HURRY_MS));
  await Promise.race([ended, after(abandonAfterMs), hurried]);
  waiting.abort();
  if (!isEnded && !hurrySignal.aborted) void ended.then(patience.onAbandoned());
}

/** Never, once `waiting` has fired. */
function untilAborted(signal: AbortSignal, waiting: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true, signal: waiting });
  });
}

function ignore(): void {}
