import { namingAt } from '../db/naming.ts';
import { queueSchema, schemaQueue } from '../db/schema/queue-schema.ts';
import type { CliSettings } from '../work/guest/engine-plugin.ts';
import { StartupError } from './startup-error.ts';

/** What the CLI is told to read: it must be told something, and reads nothing in the end. */
export const NO_CRONTAB = '/dev/null/the-crontab-of-the-application';

export interface CliSurroundings {
  schema: string;
  /** Every queue there is. */
  queues: readonly string[];
  /** Those whose jobs workers over HTTP run. */
  leasedQueues: readonly string[];
  /** Of DATABASE_URL. */
  connectionString: string;
}

/**
 * Makes the stock CLI's settings, flags included, those of a Howdah worker: it reads no crontab, for it would run every
 * entry of the project's in its own schema, and by the clock of this machine.
 *
 * @returns the schema's queue
 * @throws {StartupError} for a schema that is no queue's, or that of a queue with leased tasks alone, and for flags that would go
 *   around Howdah
 */
export function prepareCli(
  settings: CliSettings,
  { schema, queues, leasedQueues, connectionString }: CliSurroundings,
): string {
  const naming = namingAt(connectionString);
  const known = naming.fromEngine(schema);
  const queue = known === undefined ? undefined : schemaQueue(known);
  if (queue === undefined) {
    throw plain(
      `--schema: expected ${naming.engine('graphile_worker')} (queue "default") or ${naming.engine('graphile_worker')}_<queue>, received "${schema}"`,
    );
  }
  if (!queues.includes(queue)) {
    throw plain(
      `--schema: there is no queue "${queue}". Queues here: ${queues.map((each) => naming.engine(queueSchema(each))).join(', ')}. Name a queue in QUEUES to create it`,
    );
  }
  if (leasedQueues.includes(queue)) {
    throw plain(
      `--schema: the jobs of queue "${queue}" are leased over HTTP: workers over HTTP run them, and none of ours`,
    );
  }
  if (settings.connectionString !== connectionString) {
    throw plain('--connection: set DATABASE_URL instead, which this service uses as well');
  }
  if (settings.crontabFile !== NO_CRONTAB) {
    throw plain('--crontab: schedules are those of the application’s crontab');
  }
  settings.crontabFile = '';
  return queue;
}

/** The CLI prints errors with their stacks; this one has none that would help. */
function plain(message: string): StartupError {
  const error = new StartupError(message);
  error.stack = message;
  return error;
}
