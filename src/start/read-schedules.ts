import { readFile } from 'node:fs/promises';
import type { Catalogue } from '../tasks/catalogue.ts';
import { CrontabError, parseSchedules, type Schedule } from '../work/schedules/crontab.ts';
import { StartupError } from './startup-error.ts';

/** The file whose entries run by the clock. */
export const CRONTAB = new URL('../../crontab', import.meta.url);

/** The schedules of a crontab file; none where there is no file. @throws {StartupError} with every mistake in it */
export async function readSchedules(
  known: { catalogue: Catalogue; queues: readonly string[] },
  file: URL | string = CRONTAB,
): Promise<Schedule[]> {
  try {
    return parseSchedules(await readText(file), known);
  } catch (error) {
    if (error instanceof CrontabError) throw new StartupError(`crontab: ${error.message}`);
    throw error;
  }
}

async function readText(file: URL | string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  }
}
