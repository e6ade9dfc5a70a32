/** Bulk work that something ended between two of its transactions; those before stand. */
export class InterruptedBulk extends Error {
  override readonly name = 'InterruptedBulk';
  /** Jobs that were changed by then. */
  readonly changedCount: number;

  constructor(changedCount: number, cause: unknown) {
    super('bulk work was interrupted', { cause });
    this.changedCount = changedCount;
  }
}
