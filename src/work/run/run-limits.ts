import { JobDeadlineError, JobTimeoutError } from './abort-reasons.ts';
import { EndOfRun, type EndSignal } from './end-signal.ts';

/** Longest wait a timer takes; it fires at once for more. */
const MAX_TIMER_MS = 2_147_483_647;

export interface RunLimitOptions {
  /** 0 means none; more than 24.8 days count as that. */
  timeoutMs: number;
  /** By the database's clock. */
  deadline: Date | undefined;
  /** How far ahead of the database's clock this process's is. @default 0 */
  clockAheadMs?: number;
  /** Fires when runs must end for the worker's sake. */
  endSignal: EndSignal;
}

/**
 * What can end one run before its handler does, as one signal: whichever of the time limit, the deadline and the end
 * of the worker comes first is its reason. Dispose of it with the run.
 */
export class RunLimits implements Disposable {
  readonly #end = new EndOfRun();
  readonly #endSignal: EndSignal;
  readonly #onEnd: () => void;
  readonly #clockAheadMs: number;
  #controller: AbortController | undefined;
  #timeout: NodeJS.Timeout | undefined;
  #deadline: NodeJS.Timeout | undefined;

  constructor({ timeoutMs, deadline, clockAheadMs = 0, endSignal }: RunLimitOptions) {
    this.#endSignal = endSignal;
    this.#clockAheadMs = clockAheadMs;
    this.#onEnd = () => this.abort(endSignal.reason);
    if (endSignal.aborted) this.#onEnd();
    else endSignal.addEventListener('abort', this.#onEnd);
    if (deadline) this.#watch(deadline);
    if (timeoutMs > 0) this.#limit(timeoutMs);
  }

  /** For whoever asks for an AbortSignal: made then. */
  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController();
      if (this.#end.aborted) this.#controller.abort(this.#end.reason);
    }
    return this.#controller.signal;
  }

  /** The same for us; it has fired by the time that `signal` fires. */
  get end(): EndSignal {
    return this.#end;
  }

  /** @throws what has ended the run */
  throwIfAborted(): void {
    if (this.#end.aborted) throw this.#end.reason;
  }

  /** Ends the run now; the first reason stays. */
  abort(reason: unknown): void {
    this.#end.abort(reason);
    this.#controller?.abort(this.#end.reason);
  }

  [Symbol.dispose](): void {
    this.#endSignal.removeEventListener('abort', this.#onEnd);
    clearTimeout(this.#timeout);
    clearTimeout(this.#deadline);
  }

  #limit(timeoutMs: number): void {
    const onTimeout = () => this.abort(new JobTimeoutError(timeoutMs));
    this.#timeout = setTimeout(onTimeout, Math.min(timeoutMs, MAX_TIMER_MS));
  }

  #watch(deadline: Date): void {
    const leftMs = deadline.getTime() + this.#clockAheadMs - Date.now();
    if (leftMs <= 0) this.abort(new JobDeadlineError(deadline));
    else this.#deadline = setTimeout(() => this.#watch(deadline), Math.min(leftMs, MAX_TIMER_MS));
  }
}
