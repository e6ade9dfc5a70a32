import type { GateTrouble, RunGate } from '../../tasks/run-gate.ts';
import { type Broker, BrokerDown, type Outlet, type Receipt } from '../broker.ts';
import type { Message } from '../message.ts';
import { Admission } from './admission.ts';

/** A place that does not take what comes, while its broker is there, is left alone for so long; twice as long each time. */
const MIN_PAUSE_MS = 500;
const MAX_PAUSE_MS = 30_000;
/** After so long without a publish it is forgotten that the place took nothing: its jobs are others' by now, or nobody's. */
const TRY_MS = 5_000;

/**
 * The gate of one route, and the outlet of its messages: shut while the broker is away, and for a while after a publish came
 * to nothing although it was there, as one to a queue that is full does. That keeps the jobs of this route waiting alone, and
 * the broker's others go on.
 *
 * What kept its runs waiting is told until the broker has answered one: while that tries, the gate is open, and yet nothing is over.
 *
 * When it opens, runs begin one at a time at first, and twice as many with each that the broker confirms: a broker that has
 * just come up is not met by all workers at once, and one that is not really back costs a single run each time.
 */
export class RouteGate<Target> implements RunGate, Outlet<Target> {
  readonly #broker: Broker<Target>;
  readonly #admission = new Admission();
  readonly #listeners: (() => void)[] = [];
  /** That nothing was taken, of the broker or of this place, since the first time; until something is. */
  #own: GateTrouble | undefined;
  #isResting = false;
  #forgetting: NodeJS.Timeout | undefined;
  #underWayCount = 0;
  #pauseMs = MIN_PAUSE_MS;
  #wasShut = false;

  constructor(broker: Broker<Target>) {
    this.#broker = broker;
    broker.onChange(() => this.#changed());
    this.#changed();
  }

  get name(): string {
    return this.#broker.name;
  }

  get trouble(): GateTrouble | undefined {
    const { trouble } = this.#broker;
    if (!trouble) return this.#isResting ? this.#own : undefined;
    return this.#own ? { ...trouble, since: this.#own.since } : trouble;
  }

  get doubt(): GateTrouble | undefined {
    return this.trouble ? undefined : this.#own;
  }

  get isOpen(): boolean {
    return this.trouble === undefined && this.#admission.isOpen;
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  enter(): boolean {
    return this.trouble === undefined && this.#admission.enter();
  }

  turn(signal: AbortSignal): Promise<void> {
    return this.#admission.turn(signal);
  }

  left(): void {
    this.#admission.left();
  }

  async publish(target: Target, message: Message, signal: AbortSignal): Promise<Receipt> {
    let isAnswered = false;
    this.#underWayCount++;
    this.#admission.began();
    try {
      const receipt = await this.#broker.publish(target, message, signal);
      isAnswered = true;
      return receipt;
    } catch (error) {
      if (error instanceof BrokerDown) this.#down(error);
      else isAnswered = !signal.aborted; // a refusal is an answer
      throw error;
    } finally {
      this.#underWayCount--;
      if (isAnswered) this.#answered();
      else if (this.doubt) this.#forgetUnlessTried();
      this.#admission.ended({ confirmed: isAnswered });
    }
  }

  #answered(): void {
    this.#pauseMs = MIN_PAUSE_MS;
    if (this.doubt) this.#forget();
  }

  /** Runs that began together fail together: the first has it shut, and the others tell nothing new. */
  #down(error: BrokerDown): void {
    const { trouble } = this.#broker;
    if (trouble) this.#own ??= { ...trouble };
    if (trouble || this.#isResting) return;
    const pauseMs = this.#pauseMs;
    this.#pauseMs = Math.min(2 * pauseMs, MAX_PAUSE_MS);
    this.#own = { since: this.#own?.since ?? new Date(), because: error.message };
    this.#isResting = true;
    setTimeout(() => this.#tryAgain(), pauseMs * (1 + Math.random() / 4)).unref();
    this.#changed();
  }

  #tryAgain(): void {
    this.#isResting = false;
    this.#changed();
  }

  #open(): void {
    this.#admission.open();
    if (this.#own) this.#forgetUnlessTried();
  }

  #forgetUnlessTried(): void {
    clearTimeout(this.#forgetting);
    const look = () => {
      if (this.#underWayCount === 0 && !this.#isResting) this.#forget();
    };
    this.#forgetting = setTimeout(look, TRY_MS).unref();
  }

  #forget(): void {
    clearTimeout(this.#forgetting);
    this.#own = undefined;
    this.#changed();
  }

  #changed(): void {
    const { trouble } = this.#broker;
    if (trouble && this.#own) this.#own = { ...this.#own, because: trouble.because };
    const isShut = this.trouble !== undefined;
    if (isShut) this.#admission.shut();
    else if (this.#wasShut) this.#open();
    this.#wasShut = isShut;
    for (const listener of this.#listeners) listener();
  }
}
