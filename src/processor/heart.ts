import type { EventHub } from '../observability/event-hub.ts';
import type { Logger } from '../observability/logger.ts';
import type { Beat, BeatAnswer, Registry } from './registry.ts';

/** How often a process says it lives. `howdah.dead_runners` counts in these. */
const BEAT_MS = 1_000;

/** Without an answer for this long a process takes itself for cut off; others do so after 10 s, hence later. */
const CUT_OFF_MS = 8_000;

export interface HeartOptions {
  registry: Registry;
  events: EventHub;
  log: Logger;
  /** The runners of this process, as they are now. */
  beats: () => Beat[];
  /** The database's answer to those beats. */
  onAnswer: (beats: readonly Beat[], answers: readonly BeatAnswer[]) => void;
  /** No answer for 8 s: whatever runs here is about to be given to others. Called once until the next answer. */
  onCutOff: () => void;
}

/** Keeps this process's runners alive in the fleet's eyes, and gives back the jobs of others that died. */
export class Heart {
  readonly #options: HeartOptions;
  #timer: NodeJS.Timeout | undefined;
  #isBusy = false;
  #isCutOff = false;
  #answeredAt = performance.now();

  constructor(options: HeartOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = setInterval(() => void this.#tick(), BEAT_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** One beat and one look around, now rather than at the next tick. */
  async #tick(): Promise<void> {
    this.#watch();
    if (this.#isBusy) return;
    this.#isBusy = true;
    try {
      await this.#beat();
      await this.#rescue();
    } catch (err) {
      this.#options.log.warn({ err }, 'heartbeat failed');
    } finally {
      this.#isBusy = false;
    }
  }

  #watch(): void {
    if (this.#isCutOff || performance.now() - this.#answeredAt < CUT_OFF_MS) return;
    this.#isCutOff = true;
    this.#options.onCutOff();
  }

  async #beat(): Promise<void> {
    const { registry, beats: current, onAnswer } = this.#options;
    const sentAt = performance.now();
    const beats = current();
    const answers = await registry.beat(beats);
    this.#answeredAt = sentAt;
    this.#isCutOff = false;
    onAnswer(beats, answers);
  }

  async #rescue(): Promise<void> {
    const { registry, events } = this.#options;
    for (const { token, because } of await registry.dead()) {
      const jobs = await registry.end(token, because);
      events.emit('runner.rescued', { token, because, jobs });
    }
  }
}
