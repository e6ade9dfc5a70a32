/**
 * The same act, at most once in so many milliseconds: at once when it has rested for as long, else when it has. Calls in
 * between are one. A call that waits keeps no process alive.
 */
export function paced(act: () => void, everyMs: number): () => void {
  let actedAt = Number.NEGATIVE_INFINITY;
  let waiting: NodeJS.Timeout | undefined;
  const actNow = () => {
    waiting = undefined;
    actedAt = performance.now();
    act();
  };
  return () => {
    if (waiting) return;
    const restMs = actedAt + everyMs - performance.now();
    if (restMs <= 0) actNow();
    else waiting = setTimeout(actNow, restMs).unref();
  };
}
