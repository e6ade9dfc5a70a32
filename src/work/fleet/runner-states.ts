import { setTimeout as delay } from 'node:timers/promises';
import type { RunnerState } from './member-messages.ts';
import type { BeatAnswer } from './registry.ts';

/** An event loop that turns answers well within this. */
const ANSWER_MS = 500;

/**
 * How the runners of a process are, by its own word or, while its event loop is blocked, by its last.
 *
 * Why its last word holds then: what a runner may do changes only when its process applies an answer of the database,
 * and an answer is handed over only in return for a word that was just given. So after that word at most one answer can
 * have been applied, and `handOver` counts what it allows. Whatever the database answers to the beats of a blocked
 * process is never applied, which howdah.heartbeat allows for: the first beat after the block brings it anew.
 */
export class RunnerStates {
  readonly #ask: (ask: number) => void;
  #asked = 0;
  #onTold: ((states: readonly RunnerState[]) => void) | undefined;
  #states: readonly RunnerState[] = [];
  #isHeard = false;

  /** @param ask has the process call `tell` with this number */
  constructor(ask: (ask: number) => void) {
    this.#ask = ask;
  }

  /** The process's word, or its last when it does not answer within half a second. */
  async current(): Promise<readonly RunnerState[]> {
    const { promise, resolve } = Promise.withResolvers<readonly RunnerState[]>();
    this.#onTold = resolve;
    this.#ask(++this.#asked);
    const told = await Promise.race([promise, delay(ANSWER_MS, undefined, { ref: false })]);
    this.#onTold = undefined;
    this.#isHeard = told !== undefined;
    this.#states = told ?? this.#states;
    return this.#states;
  }

  /** An answer to an earlier question is too old: an answer of the database may have been applied since. */
  tell(ask: number, states: readonly RunnerState[]): void {
    if (ask === this.#asked) this.#onTold?.(states);
  }

  /** @returns whether the process may be told of this answer, which it then applies before its next word */
  handOver(answers: readonly BeatAnswer[]): boolean {
    if (!this.#isHeard) return false;
    this.#isHeard = false;
    const answered = new Map(answers.map((answer) => [answer.token, answer]));
    this.#states = this.#states.map((state) => raise(state, answered.get(state.token)));
    return true;
  }
}

/** null, for no limit, is more than any. */
function raise(state: RunnerState, answer: BeatAnswer | undefined): RunnerState {
  if (!answer || state.maxRunning === null) return state;
  const maxRunning = answer.maxRunning === null ? null : Math.max(state.maxRunning, answer.maxRunning);
  return { ...state, maxRunning };
}
