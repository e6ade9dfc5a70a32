import { queryRows, type SqlClient } from '../sql-client.ts';
import { sqlStateOf } from '../sql-state.ts';

export const DISK_FULL = '53100';

/** Where the server cannot be asked (a role that may not make temporary tables), its last word counts for this long. */
const SUSPECT_FOR_MS = 30_000;

/** More than fits into what is left of any page, gone with its transaction. */
const PROBE = `create temporary table howdah_disk_probe on commit drop as
               select repeat('x', 1000) from generate_series(1, 100)`;

/** Since when a server of this process's has had no room, as far as is known. */
let fullAt: number | undefined;

/** A statement failed for want of room on the server's disk. */
export function noteDiskFull(): void {
  fullAt = Date.now();
}

/**
 * Whether the server takes new rows, asked of it only after it had refused some: reading goes on on a full disk, and so
 * do changes that find room in pages there are.
 */
export async function hasDiskSpace(client: SqlClient): Promise<boolean> {
  if (fullAt === undefined) return true;
  try {
    await queryRows(client, PROBE, []);
  } catch (error) {
    if (sqlStateOf(error) === DISK_FULL) return false;
    return Date.now() - fullAt > SUSPECT_FOR_MS;
  }
  fullAt = undefined;
  return true;
}
