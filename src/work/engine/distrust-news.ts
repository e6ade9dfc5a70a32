import type { EventEmitter } from 'node:events';
import type { ClientBase, Notification } from 'pg';
import { ENGINE_SCHEMA_VERSION } from '../../db/schema/engine-schema.ts';
import { queueSchema } from '../../db/schema/queue-schema.ts';

/** On it the engine hears that its schema was migrated, and stops (graphile-worker 0.18.0, main.js). */
const MIGRATION_CHANNEL = 'worker:migrate';

/**
 * Has the engine hear of a breaking migration only when the database has one. Anybody who may connect can notify, on any
 * channel, and a worker would stop at a word. The other channel, `jobs:insert`, does no more than have it look for jobs: the
 * engine of each queue in the database hears all that is said there, so it does not hear of jobs of another queue, where
 * the news name one (write_job.sql). A look in vain costs what a fetch does.
 *
 * @param client the one that listens, before the engine does
 */
export function distrustNews(client: ClientBase, { queue }: { queue: string }): void {
  let isLooking = false;
  /** What was said since a look began may be of what that does not see yet. */
  let isAskedAgain = false;
  const emit = client.emit.bind(client) as EventEmitter['emit'];
  const pass = async (news: Notification) => {
    isLooking = true;
    let isTrue: boolean;
    do {
      isAskedAgain = false;
      isTrue = await hasBreakingMigration(client, queueSchema(queue)).catch(() => false);
    } while (!isTrue && isAskedAgain);
    isLooking = false;
    if (isTrue) emit('notification', news);
  };
  client.emit = ((event: string, ...details: unknown[]) => {
    const [news] = details as [Notification];
    if (event !== 'notification') return emit(event, ...details);
    if (news.channel !== MIGRATION_CHANNEL) return isOfAnother(queue, news) || emit(event, news);
    if (isLooking) isAskedAgain = true;
    else void pass(news);
    return true;
  }) as typeof client.emit;
}

function isOfAnother(queue: string, { payload = '' }: Notification): boolean {
  try {
    const { queue: named } = JSON.parse(payload) as { queue?: unknown };
    return typeof named === 'string' && named !== queue;
  } catch {
    return false; // words of somebody's, or of no object
  }
}

async function hasBreakingMigration(client: ClientBase, schema: string): Promise<boolean> {
  const { rows } = await client.query(
    `select from ${client.escapeIdentifier(schema)}.migrations where breaking and id > $1`,
    [ENGINE_SCHEMA_VERSION],
  );
  return rows.length > 0;
}
