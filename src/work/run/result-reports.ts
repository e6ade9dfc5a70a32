import { setImmediate } from 'node:timers/promises';
import { sqlStateOf } from '../../db/sql-state.ts';
import type { EncodedResult } from './result.ts';
import type { RunClaim, RunQuery } from './run-store.ts';

/** Statements at once: one that waits for a lock of one job does not stand in the way of all others. */
const MAX_UNDER_WAY = 4;
const MAX_COUNT = 200;
/** Of one statement, in characters; a larger result goes alone. */
const MAX_LENGTH = 1_048_576;

const ONE = 'select howdah.report_result($1, $2, $3, $4, $5, $6) as ok';
const MANY = 'select howdah.report_results($1, $2, $3, $4, $5, $6) as stored';

interface Waiting {
  readonly claim: RunClaim['values'];
  readonly result: EncodedResult;
  readonly stored: PromiseWithResolvers<boolean>;
}

/**
 * Stores the results of a runner's runs, those that come together by one statement. A run waits for its result to be on disk, so with
 * many runs that end at once, as those do that wait for a broker, a statement and a commit each would be most of what they cost.
 */
export class ResultReports {
  readonly #query: RunQuery;
  readonly #waiting: Waiting[] = [];
  #underWay = 0;
  #isDue = false;

  /** @param query on the connections of the runner */
  constructor(query: RunQuery) {
    this.#query = query;
  }

  /**
   * Whether it was stored: not when the job is not that run's any more.
   *
   * @throws what the database answers; of a result that it does not take, that run alone is told (class 22, 54001)
   */
  store(claim: RunClaim['values'], result: EncodedResult): Promise<boolean> {
    const stored = Promise.withResolvers<boolean>();
    this.#waiting.push({ claim, result, stored });
    void this.#begin();
    return stored.promise;
  }

  /** Never rejects. */
  async #begin(): Promise<void> {
    if (this.#isDue || this.#underWay === MAX_UNDER_WAY) return;
    this.#isDue = true;
    await setImmediate(); // What ends in the same turn goes together.
    this.#isDue = false;
    const batch = this.#take();
    if (batch.length === 0) return;
    this.#underWay++;
    await this.#tell(batch);
    this.#underWay--;
    if (this.#waiting.length > 0) void this.#begin();
  }

  #take(): Waiting[] {
    let length = 0;
    const end = this.#waiting.findIndex(({ result }, index) => {
      length += result.json?.length ?? 0;
      return index > 0 && (index === MAX_COUNT || length > MAX_LENGTH);
    });
    return this.#waiting.splice(0, end < 0 ? this.#waiting.length : end);
  }

  async #tell(batch: readonly Waiting[]): Promise<void> {
    const [only] = batch;
    try {
      if (only && batch.length === 1) only.stored.resolve(await this.#storeOne(only));
      else await this.#storeMany(batch);
    } catch (error) {
      if (batch.length > 1 && isOfOne(error)) for (const each of batch) await this.#tell([each]);
      else for (const { stored } of batch) stored.reject(error);
    }
  }

  async #storeOne({ claim, result: { json, note } }: Waiting): Promise<boolean> {
    const { rows } = await this.#query(ONE, [...claim, json ?? null, note ?? null]);
    return (rows as { ok: boolean }[])[0]?.ok === true;
  }

  async #storeMany(batch: readonly Waiting[]): Promise<void> {
    const { rows } = await this.#query(MANY, [
      batch[0]?.claim[1],
      batch.map(({ claim }) => claim[0]),
      batch.map(({ claim }) => claim[2]),
      batch.map(({ claim }) => claim[3] ?? null),
      batch.map(({ result }) => result.json ?? null),
      batch.map(({ result }) => result.note ?? null),
    ]);
    const stored = new Set((rows as { stored: number[] }[])[0]?.stored);
    for (const [index, each] of batch.entries()) each.stored.resolve(stored.has(index + 1));
  }
}

/** A value that the database does not take, and not the statement or the connection. */
function isOfOne(error: unknown): boolean {
  return /^(22|54)/.test(sqlStateOf(error) ?? '');
}
