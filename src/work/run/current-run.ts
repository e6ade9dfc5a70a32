import { AsyncLocalStorage } from 'node:async_hooks';
import type { RunEvent } from '../../observability/events.ts';

/** The run in whose course code is executed, however far down. */
export interface CurrentRun {
  readonly event: RunEvent;
  /** Ends the run with this reason, if it is not over. */
  abort(reason: unknown): void;
  isOver: boolean;
}

const storage = new AsyncLocalStorage<CurrentRun>();

/**
 * The rest of the present microtask, and all that it starts, is part of `run`. For an async function, after an `await`: with the
 * microtask it is over, so that nothing need be put back, which costs as much as this.
 */
export function enterRun(run: CurrentRun): void {
  storage.enterWith(run);
}

/**
 * The run that the present code belongs to, if any. Also within `unhandledRejection` and `uncaughtException`, where it
 * is the run that left the promise behind, or set the timer, or opened the socket.
 */
export function currentRun(): CurrentRun | undefined {
  return storage.getStore();
}
