import { readFileSync } from 'node:fs';
import { fingerprint, renderRepeatableSql } from './repeatable-sql.ts';

/** Fingerprints of the repeatable SQL of every revision so far, a line each, oldest first. Lines are only ever added. */
export const REVISIONS = new URL('../sql/revisions.txt', import.meta.url);

/** Names this version's repeatable SQL, whatever the queues. */
export function sqlFingerprint(): string {
  return fingerprint(renderRepeatableSql(['default']));
}

/** What is in the file. */
export function listedRevisions(): string[] {
  return readFileSync(REVISIONS, 'utf8').split('\n').filter(Boolean);
}

/**
 * Where this version's repeatable SQL stands in the order of all, from 1: a process leaves the SQL of a later revision as
 * it is. A text that is not in the file yet, somebody's who is about to change it, counts as the latest there is.
 */
export function sqlRevision(): number {
  const revisions = listedRevisions();
  const place = revisions.lastIndexOf(sqlFingerprint());
  return place === -1 ? revisions.length : place + 1;
}
