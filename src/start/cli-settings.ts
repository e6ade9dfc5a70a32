import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { queueSchema } from '../db/queue-schema.ts';
import { renderCrontab, type Schedule } from '../processor/crontab.ts';
import type { CliSettings } from '../processor/engine-plugin.ts';
import { CRONTAB } from './read-schedules.ts';
import { StartupError } from './startup-error.ts';

export interface CliSurroundings {
  queue: string;
  /** Every queue there is. */
  queues: readonly string[];
  schedules: readonly Schedule[];
  /** The one that carries the runner's name. */
  connectionString: string;
}

/**
 * Makes the stock CLI's settings, flags included, those of a Howdah worker: it reads a crontab with its queue's
 * schedules alone, for it would run every entry of the project's in its own schema.
 *
 * @returns takes that crontab away again; the CLI reads it before it makes its pool
 * @throws {StartupError} for a schema that is no queue's, and for flags that would go around Howdah
 */
export function prepareCli(settings: CliSettings, around: CliSurroundings): () => void {
  const { queue, queues, schedules, connectionString } = around;
  if (!queues.includes(queue)) {
    throw plain(
      `--schema: there is no queue "${queue}". Queues here: ${queues.map(queueSchema).join(', ')}. Name a queue in QUEUES to create it`,
    );
  }
  if (settings.connectionString !== connectionString) {
    throw plain('--connection: set DATABASE_URL instead, which this service uses as well');
  }
  if (settings.crontabFile !== fileURLToPath(CRONTAB)) {
    throw plain('--crontab: schedules are those of the file "crontab" of this project');
  }
  const folder = mkdtempSync(join(tmpdir(), 'howdah-crontab-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove);
  settings.crontabFile = join(folder, 'crontab');
  writeFileSync(settings.crontabFile, `${renderCrontab(schedules, queue)}\n`);
  return remove;
}

/** The CLI prints errors with their stacks; this one has none that would help. */
function plain(message: string): StartupError {
  const error = new StartupError(message);
  error.stack = message;
  return error;
}
