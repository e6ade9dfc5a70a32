import { VerdictError } from '../run/verdict.ts';

/** So long the jobs that a version of ours has refused are left to the workers that take them. */
const LEFT_MS = 30_000;

/**
 * Keeps a runner from taking jobs that its versions of their tasks refuse, while a worker lives that takes them. Two that
 * look for jobs in the same rhythm would find it in the same order for minutes, and the wrong one might be first each time.
 *
 * For a while only, from the latest refusal on: then one is taken once more, to see whether the other worker still lives;
 * without one, its job may not wait for ever.
 */
export class Refusals {
  readonly #until = new Map<string, number>();

  /** What a run ended with. */
  heed(thrown: unknown): void {
    if (!(thrown instanceof VerdictError) || thrown.verdict.kind !== 'misfit') return;
    const { version, isTakerAlive } = thrown.verdict;
    if (isTakerAlive) this.#until.set(version, performance.now() + LEFT_MS);
  }

  /** Versions whose refused jobs are others' for now. */
  get versions(): string[] {
    const now = performance.now();
    for (const [version, until] of this.#until) if (until <= now) this.#until.delete(version);
    return [...this.#until.keys()];
  }
}
