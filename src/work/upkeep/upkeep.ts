import { hostname } from 'node:os';
import { queryRows } from '../../db/sql-client.ts';
import { sqlStateOf } from '../../db/sql-state.ts';
import { describeError } from '../../errors/describe-error.ts';
import type { Logger } from '../../observability/logger.ts';
import { SideWork } from '../process/side-work.ts';
import { inBatches } from './in-batches.ts';
import type { UpkeepKind } from './upkeep-kinds.ts';

const BEGIN = 'select number, next_in_ms::float8 as "nextInMs" from howdah.begin_upkeep($1, $2, $3, $4, $5)';
const END = 'select howdah.end_upkeep($1, $2, $3, $4, $5)::float8 as "nextInMs"';

/** What one batch may take; it waits for a lock for half of that. */
const STATEMENT_TIMEOUT_MS = 10_000;

/** No batch begins later in a turn than this: then it is another's turn, or this process's next. */
const TURN_MS = 60_000;

/** A turn that takes longer, its last batch and the record of its end included, is a dead process's. */
const TURN_LIMIT_MS = TURN_MS + 3 * STATEMENT_TIMEOUT_MS;

/** What a statement under way gets when the process stops, before its connection is cut. */
const STOP_MS = 1_000;

/** When to ask again after the database could not say whose turn it is, or not record the end of one. */
const RETRY_MS = 15_000;

export interface UpkeepOptions {
  connectionString: string;
  kinds: readonly UpkeepKind[];
  log: Logger;
  /** How long a turn may take until it counts as that of a dead process, in milliseconds. @default 90,000 */
  turnLimitMs?: number;
}

/**
 * What workers do beside their jobs, such as removing finished jobs whose retention is over. Any number of processes may
 * have one of these: the database says, by its clock, whose turn it is and when the next one is due
 * (src/db/sql/upkeep/begin_upkeep.sql), so that one process does each kind once a period. What fails is logged, shown by
 * `howdah.upkeep`, and tried again within a minute; other kinds and the process's jobs go on.
 */
export class Upkeep {
  readonly #options: UpkeepOptions;
  readonly #work: SideWork;

  constructor(options: UpkeepOptions) {
    this.#options = options;
    this.#work = new SideWork({
      ...options,
      name: 'upkeep',
      statementMs: STATEMENT_TIMEOUT_MS,
      round: () => this.#round(),
    });
  }

  start(): void {
    this.#work.start();
  }

  /** Resolves within some second; a turn under way ends early, and what is left is the next worker's. Safe to call twice. */
  stop(): Promise<void> {
    return this.#work.stop(STOP_MS);
  }

  /** @returns in how many milliseconds there will be something to do again */
  async #round(): Promise<number> {
    const waits: number[] = [];
    for (const kind of this.#options.kinds) {
      if (this.#work.stopping.aborted) break;
      waits.push(await this.#tryOne(kind));
    }
    return Math.min(60_000, ...waits);
  }

  async #tryOne(kind: UpkeepKind): Promise<number> {
    try {
      return await this.#takeTurn(kind);
    } catch (err) {
      if (!this.#work.stopping.aborted) {
        this.#options.log.warn({ err, kind: kind.kind }, 'could not take or end a turn at upkeep');
      }
      return RETRY_MS;
    }
  }

  async #takeTurn(kind: UpkeepKind): Promise<number> {
    const { turnLimitMs = TURN_LIMIT_MS } = this.#options;
    const [turn] = await queryRows<{ number: string | null; nextInMs: number }>(this.#work.db, BEGIN, [
      kind.kind,
      kind.periodMs,
      turnLimitMs,
      hostname(),
      process.pid,
    ]);
    if (!turn) throw new Error('howdah.begin_upkeep returned no row');
    if (turn.number === null) return turn.nextInMs;
    const { count, isRest, error } = await this.#doWork(kind);
    const values = [kind.kind, turn.number, count, isRest, error];
    const [end] = await queryRows<{ nextInMs: number | null }>(this.#work.db, END, values);
    return end?.nextInMs ?? 0;
  }

  /** An error is what the turn is ended with, in words. @throws what the stop of this process cut off */
  async #doWork(kind: UpkeepKind): Promise<{ count: number; isRest: boolean; error: string | null }> {
    const { log } = this.#options;
    const signal = AbortSignal.any([this.#work.stopping, AbortSignal.timeout(TURN_MS)]);
    let count = 0;
    const onBatch = (rows: number) => {
      count += rows;
    };
    try {
      const { isRest } = await inBatches(this.#work.db, kind, { signal, onBatch });
      if (count > 0) log.debug({ kind: kind.kind, count }, 'upkeep removed old rows');
      return { count, isRest, error: null };
    } catch (err) {
      if (this.#work.stopping.aborted) throw err;
      log.warn({ err, kind: kind.kind, count }, 'upkeep failed, will try again');
      return { count, isRest: true, error: describe(err) };
    }
  }
}

const LOCK_TIMEOUT = '55P03';

function describe(error: unknown): string {
  const { message } = describeError(error);
  if (sqlStateOf(error) !== LOCK_TIMEOUT) return message;
  return `waited ${STATEMENT_TIMEOUT_MS / 2_000} s in vain for a lock that somebody else holds: ${message}`;
}
