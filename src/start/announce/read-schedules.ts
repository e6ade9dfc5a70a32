import { readFile } from 'node:fs/promises';
import type { Catalogue } from '../../tasks/catalogue.ts';
import { CrontabError, parseSchedules, type Schedule } from '../../work/schedules/crontab.ts';
import { StartupError } from '../startup-error.ts';

/** The schedules of a crontab file; none where none is named. @throws {StartupError} with every mistake in it */
export async function readSchedules(
  known: { catalogue: Catalogue; queues: readonly string[] },
  file: URL | string | undefined,
): Promise<Schedule[]> {
  if (file === undefined) return [];
  try {
    return parseSchedules(await readFile(file, 'utf8'), known);
  } catch (error) {
    if (error instanceof CrontabError) throw new StartupError(`crontab: ${error.message}`);
    if (isMissing(error)) throw new StartupError(`crontab: there is no file ${file}`);
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
