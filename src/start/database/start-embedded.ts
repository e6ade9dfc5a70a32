import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../db/embedded/postgres.ts';
import { StartupError } from '../startup-error.ts';

/** @throws {StartupError} when the system does not let us use the folder */
export async function startEmbedded(dataDir: string): Promise<EmbeddedPostgres> {
  try {
    return await startEmbeddedPostgres({ dataDir });
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new StartupError(
      `DATA_DIR: cannot keep a database in ${dataDir}: ${error.message}; set DATA_DIR to a folder, or DATABASE_URL`,
      { cause: error },
    );
  }
}

function isSystemError(error: unknown): error is Error {
  return error instanceof Error && 'syscall' in error;
}
