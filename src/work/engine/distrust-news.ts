import type { EventEmitter } from 'node:events';
import type { ClientBase, Notification } from 'pg';
import { ENGINE_SCHEMA_VERSION } from '../../db/schema/engine-schema.ts';
import { queueSchema } from '../../db/schema/queue-schema.ts';

/** On it the engine hears that its schema was migrated, and stops (graphile-worker 0.18.0, main.js). */
const MIGRATION_CHANNEL = 'worker:migrate';

/**
 * Has the engine hear of a breaking migration only when the database has one, and then though nobody told: as it begins to listen,
 * which it does anew after its connection was lost, and with it what was said meanwhile. Anybody who may connect can notify, on any
 * channel, and a worker would stop at a word. The other channel, `jobs:insert`, does no more than have it look for jobs: the
 * engine of each queue in the database hears all that is said there, so it does not hear of jobs of another queue, where
 * the news name one (write_job.sql). A look in vain costs what a fetch does.
 *
 * The first look follows the answer to the engine's LISTEN, which it sends right after this (graphile-worker 0.18.0, main.js): a
 * migration that commits before that look is seen by it, and the news of a later one are heard.
 *
 * @param client the one that listens, before the engine does
 */
export function distrustNews(client: ClientBase, { queue }: { queue: string }): void {
  let isLooking = false;
  /** What was said since a look began may be of what that does not see yet. */
  let isAskedAgain = false;
  const emit = client.emit.bind(client) as EventEmitter['emit'];
  const look = async () => {
    isLooking = true;
    let found: number | undefined;
    do {
      isAskedAgain = false;
      found = await breakingMigration(client, queueSchema(queue)).catch(() => undefined);
    } while (found === undefined && isAskedAgain);
    isLooking = false;
    if (found !== undefined) emit('notification', newsOf(found));
  };
  client.emit = ((event: string, ...details: unknown[]) => {
    const [news] = details as [Notification];
    if (event !== 'notification') return emit(event, ...details);
    if (news.channel !== MIGRATION_CHANNEL) return isOfAnother(queue, news) || emit(event, news);
    if (isLooking) isAskedAgain = true;
    else void look();
    return true;
  }) as typeof client.emit;
  client.once('drain', () => void look());
}

/** As the engine's own migration tells it. */
function newsOf(migrationNumber: number): Pick<Notification, 'channel' | 'payload'> {
  return { channel: MIGRATION_CHANNEL, payload: JSON.stringify({ migrationNumber, breaking: true }) };
}

function isOfAnother(queue: string, { payload = '' }: Notification): boolean {
  try {
    const { queue: named } = JSON.parse(payload) as { queue?: unknown };
    return typeof named === 'string' && named !== queue;
  } catch {
    return false; // words of somebody's, or of no object
  }
}

async function breakingMigration(client: ClientBase, schema: string): Promise<number | undefined> {
  const { rows } = await client.query<{ id: number }>(
    `select id from ${client.escapeIdentifier(schema)}.migrations where breaking and id > $1 order by id desc limit 1`,
    [ENGINE_SCHEMA_VERSION],
  );
  return rows[0]?.id;
}
