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

/** Does `work`, and all that it starts, as part of `run`. */
export function asRun<T>(run: CurrentRun, work: () => T): T {
  return storage.run(run, work);
}

/**
 * The run that the present code belongs to, if any. Also within `unhandledRejection` and `uncaughtException`, where it
 * is the run that left the promise behind, or set the timer, or opened the socket.
 */
export function currentRun(): CurrentRun | undefined {
  return storage.getStore();
}
