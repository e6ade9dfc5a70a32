/**
 * Whether it is known what became of every job that an engine has had locked: handed over to a run, or returned to its queue.
 * What it says then costs nothing, where looking for jobs that a runner may hold still is to read the whole job table.
 *
 * A fetch counts from when it is sent until its answer: one that is still on its way may lock jobs at any time. One that failed may
 * have locked some, and nobody will ever say which; so it is never known again. A return that fails is tried again by the engine, and
 * until one succeeds its jobs are missing.
 */
export class Tally {
  #missingCount = 0;
  #fetchCount = 0;
  #isLost = false;

  /** @param fetch of jobs, which is under way */
  async fetching<Rows extends { readonly rows: readonly unknown[] }>(fetch: Promise<Rows>): Promise<Rows> {
    this.#fetchCount += 1;
    try {
      const answer = await fetch;
      this.#missingCount += answer.rows.length;
      return answer;
    } catch (error) {
      this.#isLost = true;
      throw error;
    } finally {
      this.#fetchCount -= 1;
    }
  }

  /** One job has come to its run, which knows it from now on. */
  handedOver(): void {
    this.#missingCount -= 1;
  }

  /** @param giving back of so many jobs, which is under way */
  async returning<Answer>(giving: Promise<Answer>, count: number): Promise<Answer> {
    const answer = await giving;
    this.#missingCount -= count;
    return answer;
  }

  /** Every job that was ever locked was handed over, or has been returned. */
  get isEven(): boolean {
    return !this.#isLost && this.#fetchCount === 0 && this.#missingCount === 0;
  }
}
