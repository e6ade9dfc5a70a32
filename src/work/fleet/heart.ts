import type { HeldTables } from '../../db/locks/lock-holders.ts';
import type { RescueEvent } from '../../observability/events.ts';
import type { Beat, BeatAnswer, DeadRunner, Registry } from './registry.ts';
import { SteadyView } from './steady-view.ts';
import type { Warn } from './warn.ts';

/** How often a process says it lives. `howdah.dead_runners` counts in these. */
const BEAT_MS = 1_000;

/** Without an answer for this long a process takes itself for cut off; others do so after 10 s, hence later. */
const CUT_OFF_MS = 8_000;

/** A beat without an answer for so long may wait for a lock, which the server gives up half a second later (control-limits.ts). */
const SLOW_MS = 2_000;

/** A tick so late was held up in this thread, or the whole process was: that the database was silent is not known. */
const LATE_MS = 3 * BEAT_MS;

export interface HeartOptions {
  registry: Pick<Registry, 'beat' | 'dead' | 'end'>;
  warn: Warn;
  /** The runners of this process, as they are now. */
  beats: () => Promise<Beat[]>;
  /** The database's answer to those beats. */
  onAnswer: (beats: readonly Beat[], answers: readonly BeatAnswer[]) => void;
  /** No answer for 8 s: whatever runs here is about to be given to others. Called once until the next answer. */
  onCutOff: () => void;
  /** For whom the register's sessions wait just now; undefined when they do not. */
  holders: () => Promise<HeldTables | undefined>;
  /** The jobs of another process's runner were given back. */
  onRescued: (rescue: RescueEvent) => void;
}

/**
 * Keeps this process's runners alive in the fleet's eyes, and gives back the jobs of others that died. Whatever the
 * database answers, the next beat tries again; a rescue that takes its time does not hold up the beats.
 */
export class Heart {
  readonly #options: HeartOptions;
  #timer: NodeJS.Timeout | undefined;
  #beating: Promise<void> | undefined;
  #rescuing: Promise<void> | undefined;
  readonly #view = new SteadyView();
  #isBeatWanted = false;
  /** For whom the beat under way waits, as far as it is known. */
  #held: HeldTables | undefined;
  #isCutOff = false;
  #answeredAt = performance.now();
  #tickedAt = performance.now();

  constructor(options: HeartOptions) {
    this.#options = options;
  }

  start(): void {
    this.#answeredAt = this.#tickedAt = performance.now();
    this.#timer = setInterval(() => this.#tick(), BEAT_MS);
    this.beatNow();
  }

  /** Resolves once no statement of its own is under way. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#isBeatWanted = false;
    await Promise.all([this.#beating, this.#rescuing]);
  }

  /** A beat that says how things are from here on, rather than at the next tick. Nothing before start(). */
  beatNow(): void {
    if (!this.#timer) return;
    this.#isBeatWanted = true;
    this.#beating ??= this.#beatWhileWanted().finally(() => {
      this.#beating = undefined;
    });
  }

  /** The session that shows this process to live was lost: the server may be gone, and the sessions of others with it. */
  disturb(): void {
    this.#view.disturb();
  }

  #tick(): void {
    this.#watch();
    if (!this.#beating) this.beatNow();
    this.#rescuing ??= this.#rescue().finally(() => {
      this.#rescuing = undefined;
    });
  }

  #watch(): void {
    const now = performance.now();
    const isLate = now - this.#tickedAt > LATE_MS;
    this.#tickedAt = now;
    if (isLate || this.#isCutOff || now - this.#answeredAt < CUT_OFF_MS) return;
    this.#isCutOff = true;
    this.#options.onCutOff();
  }

  /** One beat at a time: an answer is applied before the next beat is made (howdah.heartbeat builds on that). */
  async #beatWhileWanted(): Promise<void> {
    while (this.#isBeatWanted) {
      this.#isBeatWanted = false;
      try {
        await this.#beat();
      } catch (err) {
        this.#options.warn({ err, ...this.#held }, 'heartbeat failed');
      }
    }
  }

  async #beat(): Promise<void> {
    const { registry, beats: current, onAnswer } = this.#options;
    const beats = await current();
    const sentAt = performance.now();
    const answers = await this.#watched(registry.beat(beats));
    this.#answeredAt = sentAt;
    this.#view.beat();
    this.#isCutOff = false;
    onAnswer(beats, answers);
  }

  #watched<Answer>(answering: Promise<Answer>): Promise<Answer> {
    this.#held = undefined;
    const timer = setTimeout(() => {
      void this.#options.holders().then((held) => {
        this.#held = held;
      });
    }, SLOW_MS);
    return answering.finally(() => clearTimeout(timer));
  }

  async #rescue(): Promise<void> {
    const { registry, warn } = this.#options;
    try {
      const { runners, clockMs } = await registry.dead();
      const isSilenceTheirs = this.#view.isTheirs(clockMs);
      for (const dead of runners) if (isSilenceTheirs || dead.isSettled) await this.#rescueOne(dead);
    } catch (err) {
      warn({ err }, 'could not look for dead runners');
    }
  }

  async #rescueOne({ token, queue, as, because }: DeadRunner): Promise<void> {
    const { registry, onRescued, warn } = this.#options;
    try {
      const released = await registry.end(token, { as, because });
      onRescued({ token, queue, because, ...released });
    } catch (err) {
      warn({ err, token }, 'could not rescue the jobs of a dead runner, will try again');
    }
  }
}
