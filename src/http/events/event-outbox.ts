/** What goes to a client of the event stream. */
export interface StreamEvent {
  /** `job`, `queues` or `gap`. */
  event: string;
  /** For Last-Event-ID; those without are not part of the history. */
  id?: string;
  /** JSON. */
  data: string;
}

/** More than one look finds or a client that comes back has missed; all clients share the events themselves. */
const MAX_WAITING = 4_096;

/**
 * Events on their way to one client, at most 4,096 however slow it is: beyond, the oldest make room and a `gap` event
 * tells how many. Of the queues' counters only the latest waits.
 */
export class EventOutbox {
  readonly #waiting: StreamEvent[] = [];
  #droppedCount = 0;
  #wake: () => void = () => {};

  put(event: StreamEvent): void {
    const earlier =
      event.event === 'queues' ? this.#waiting.findIndex(({ event: name }) => name === 'queues') : -1;
    if (earlier >= 0) this.#waiting.splice(earlier, 1);
    this.#waiting.push(event);
    if (this.#waiting.length > MAX_WAITING) {
      this.#waiting.shift();
      this.#droppedCount += 1;
    }
    this.#wake();
  }

  /** What waits, oldest first, and nothing waits any more; empty when there is nothing for that long or it is over. */
  async take({ waitMs, signal }: { waitMs: number; signal: AbortSignal }): Promise<StreamEvent[]> {
    if (this.#waiting.length === 0 && !signal.aborted) await this.#untilPut(waitMs, signal);
    const dropped = this.#droppedCount;
    this.#droppedCount = 0;
    const taken = this.#waiting.splice(0);
    return dropped === 0 ? taken : [gapEvent('this client is too slow', dropped), ...taken];
  }

  #untilPut(waitMs: number, signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const wake = () => resolve();
    const timer = setTimeout(wake, waitMs);
    signal.addEventListener('abort', wake);
    this.#wake = wake;
    return promise.finally(() => {
      clearTimeout(timer);
      signal.removeEventListener('abort', wake);
      this.#wake = () => {};
    });
  }
}

/** Tells that events are missing: whoever needs all of them reads the jobs anew. */
export function gapEvent(because: string, droppedCount: number | null = null): StreamEvent {
  return { event: 'gap', data: JSON.stringify({ because, dropped: droppedCount }) };
}
