import { HowdahError } from '../../errors.ts';
import { answerError } from '../../http/answers/answer-error.ts';
import { eventStream } from '../../http/answers/event-stream.ts';
import type { DashboardApp, DashboardDependencies } from '../dependencies.ts';
import { type Tick, Ticker } from './ticker.ts';

/** Proxies cut connections that say nothing for a minute or so. */
const KEEP_ALIVE_MS = 15_000;

/** What pages listen to: Server-Sent Events that say `changed`, whereupon a page asks for itself anew, or `lost`. */
export function addLiveRoute(app: DashboardApp, { readings, log, stopping }: DashboardDependencies): void {
  const ticker = new Ticker(readings, stopping);
  app.get('/dashboard/live', (c) => {
    if (c.var.caller === undefined) return answerError(new HowdahError('unauthorized'), c, log);
    if (c.req.method === 'HEAD') return c.body(null, 200, { 'Content-Type': 'text/event-stream' });
    return eventStream(c, async (stream) => {
      const gone = new AbortController();
      stream.onAbort(() => gone.abort());
      const signal = AbortSignal.any([gone.signal, ...(stopping ? [stopping] : [])]);
      const ticks = new LatestTick(signal);
      const leave = ticker.listen((tick) => ticks.put(tick));
      try {
        await stream.write(': howdah\n\n');
        while (!signal.aborted) {
          const tick = await ticks.take(KEEP_ALIVE_MS);
          if (tick) await stream.writeSSE({ event: tick, data: '' });
          else await stream.write(': still here\n\n');
        }
      } finally {
        leave();
      }
    });
  });
}

/** The last tick that a slow page has not been told yet: older ones say nothing more. */
class LatestTick {
  readonly #signal: AbortSignal;
  #waiting: Tick | undefined;
  #wake: () => void = () => {};

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    signal.addEventListener('abort', () => this.#wake());
  }

  put(tick: Tick): void {
    this.#waiting = tick;
    this.#wake();
  }

  /** Undefined when there is none for that long, or it is over. */
  async take(waitMs: number): Promise<Tick | undefined> {
    if (this.#waiting === undefined && !this.#signal.aborted) await this.#untilPut(waitMs);
    const tick = this.#waiting;
    this.#waiting = undefined;
    return tick;
  }

  #untilPut(waitMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, waitMs);
    this.#wake = resolve;
    return promise.finally(() => clearTimeout(timer));
  }
}
