import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import type { SessionSettings } from '../connections/session-settings.ts';
import { LockWatch } from '../locks/lock-holders.ts';
import { isLockFailure, LockWait } from '../locks/lock-wait.ts';
import { CATALOG_PATH, pathSettings } from './own-path.ts';

/** How long a statement waits behind others; whoever came after it waits as long for it. */
const PATIENCE_MS = 500;

/** Of a session that looks outside of a turn too, where what it reads may be locked, as by VACUUM FULL or a restore. */
export const LOOKING_SETTINGS: SessionSettings = { lock_timeout: String(PATIENCE_MS) };

/** All of them: what it reads there means what it means within one. */
export function lookingSettings(connectionString: string): SessionSettings {
  return { ...LOOKING_SETTINGS, ...pathSettings(connectionString) };
}

/** In between, what had to wait behind a turn goes on. */
const PAUSE_MS = 500;

/** Only what migrates waits for the turn itself, so this may be longer, after a first try: turns come in order of asking. */
const TURN_PATIENCE_MS = 5_000;

/**
 * The lock of everything that migrates, until the end of the transaction. A table, since anybody may hold an advisory
 * lock and hang all starts, while a table is locked in a way that counts here only by who owns it or may write to it.
 * The mode is in its own way, but neither in that of reading (readiness, pg_dump) nor, for long, of vacuum. And being a
 * transaction's, it cannot be left behind on a connection of a pooler that belongs to somebody else by then.
 */
export const TURN_LOCK = 'lock table howdah_migrations.__drizzle_migrations in share row exclusive mode';

/** Without the limits that a database or a role may set, which are not meant for a migration; those this server knows. */
export const UNLIMITED = `
  select pg_backend_pid() as pid, count(set_config(s.name, '0', true)) from pg_settings s
  where s.name in ('statement_timeout', 'idle_in_transaction_session_timeout', 'transaction_timeout')`;

/**
 * For what Howdah itself installs, until the end of the transaction. A view, a condition and a function whose body is parsed
 * keep for good what their operators meant under the path of the session that made them, and run as the owner: under one
 * with `public`, an operator that anybody made there is taken where pg_catalog's own would need a cast.
 */
export const FIXED_PATH = `set local search_path = ${CATALOG_PATH}`;

const BEGIN = `begin isolation level read committed read write; ${UNLIMITED}`;

export interface TurnOptions {
  /** With `lookingSettings`. */
  client: pg.Client;
  connectionString: string;
  /** Most that one turn may wait for others, in milliseconds. */
  waitLimitMs: number;
  /** Told in a sentence for whom it waits, when that begins and every 10 s. */
  onWait: (message: string) => void;
  /** Between two tries, in milliseconds. @default 500 */
  pauseMs?: number | undefined;
  /** Gives up. @default nothing does */
  signal?: AbortSignal | undefined;
}

export interface TurnLimits {
  /** Most that it may wait for others, in milliseconds. @default that of all turns */
  waitLimitMs?: number | undefined;
}

/** Transactions of which one at a time is under way in a database, whatever process it is of. */
export class Turns {
  readonly #options: TurnOptions;
  readonly #watch: LockWatch;

  constructor(options: TurnOptions) {
    this.#options = options;
    this.#watch = new LockWatch(options.connectionString);
  }

  /**
   * What `work` returns, once its transaction has committed. A statement of it that waits for a lock for half a second
   * makes it let go of all it has and begin anew: what waits behind it, enqueues and workers, goes on in between, and
   * none of them is the victim of a deadlock. So `work` may run many times, each time with what others did meanwhile.
   *
   * @param purpose completes "waiting to …"
   * @throws {LockWaitError} when others were in the way for too long
   */
  take<T>(purpose: string, work: () => Promise<T>, { waitLimitMs }: TurnLimits = {}): Promise<T> {
    const turn = async () => {
      await this.#options.client.query(
        `${FIXED_PATH}; ${TURN_LOCK}; set local lock_timeout = ${PATIENCE_MS}`,
      );
      return work();
    };
    return this.#untilUnblocked(purpose, (wait) => this.#inTransaction(wait, turn), waitLimitMs);
  }

  /**
   * What `work` returns, which changes nothing and so needs neither turn nor transaction. It waits as a turn does, and says
   * for whom; that costs nothing where it does not have to.
   */
  look<T>(purpose: string, work: () => Promise<T>): Promise<T> {
    return this.#untilUnblocked(purpose, async (wait) =>
      wait.attempt(work, wait.isFirstAttempt ? 0 : await this.#backendPid()),
    );
  }

  /** The same without the lock, for what makes the table that is locked. */
  takeFirst(purpose: string, work: () => Promise<void>): Promise<void> {
    return this.#untilUnblocked(purpose, (wait) => this.#inTransaction(wait, work));
  }

  async close(): Promise<void> {
    await this.#watch.close();
  }

  async #untilUnblocked<T>(
    purpose: string,
    attempt: (wait: LockWait) => Promise<T>,
    waitLimitMs = this.#options.waitLimitMs,
  ): Promise<T> {
    const { onWait, pauseMs = PAUSE_MS, signal } = this.#options;
    const wait = new LockWait({ purpose, waitLimitMs, onWait, watch: this.#watch });
    for (;;) {
      try {
        return await attempt(wait);
      } catch (error) {
        if (!isLockFailure(error)) throw error;
        wait.throwIfOver(error);
        await delay(pauseMs, undefined, signal && { signal });
      }
    }
  }

  async #backendPid(): Promise<number> {
    return backendPid([await this.#options.client.query('select pg_backend_pid() as pid')]);
  }

  async #inTransaction<T>(wait: LockWait, work: () => Promise<T>): Promise<T> {
    const { client } = this.#options;
    const patienceMs = wait.isFirstAttempt ? PATIENCE_MS : TURN_PATIENCE_MS;
    const began = await client.query(`${BEGIN}; set local lock_timeout = ${patienceMs}`);
    try {
      const result = await wait.attempt(work, backendPid(began));
      await client.query('commit');
      return result;
    } catch (error) {
      await client.query('rollback').catch(() => {}); // the connection broke, and with it the transaction
      throw error;
    }
  }
}

/** pg answers a text of several statements with as many results, which its types do not say. */
function backendPid(results: unknown): number {
  const rows = (results as pg.QueryResult<{ pid?: number }>[]).flatMap((result) => result.rows);
  return rows.find(({ pid }) => pid !== undefined)?.pid ?? 0;
}
