import type pg from 'pg';
import type { BeginOptions } from '../limits.ts';
import { SESSION_SETTINGS } from './session-settings.ts';

const FOREIGN = new WeakSet<pg.Pool>();

/** Of the transaction, or the business of whoever made the pool: how long a statement may take, what an idle session is. */
const LEFT_ALONE = /^default_transaction_|_timeout$/;

/** What the sessions of a pool that somebody else made are not known to have. */
export const FOREIGN_SETTINGS = Object.fromEntries(
  Object.entries(SESSION_SETTINGS).filter(([name]) => !LEFT_ALONE.test(name)),
);

/**
 * The pool is somebody else's, whose sessions have whatever their server, role and address give them. From now on every
 * transaction of `transact` on it has the settings that Howdah relies on, for as long as it lasts, and reads what it selects
 * as Howdah does. Nothing else that the pool is used for changes.
 */
export function adoptPool(pool: pg.Pool): void {
  FOREIGN.add(pool);
}

/** A begin that has what the sessions of such a pool may lack. */
export function foreignBegin(options: BeginOptions): BeginOptions {
  const settings = { ...FOREIGN_SETTINGS, ...options.settings };
  return { ...options, settings, isReadWrite: !options.isReadOnly };
}

export function isForeign(pool: pg.Pool): boolean {
  return FOREIGN.has(pool);
}
