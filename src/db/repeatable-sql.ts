import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { ClientBase } from 'pg';
import pg from 'pg';
import { ENGINE_SCHEMA_VERSION } from './engine-schema.ts';
import { queueSchema } from './queue-schema.ts';

/** Installed once, in this order. */
const SHARED = [
  'queue_schema',
  'enqueue_job',
  'enqueue',
  'retry_delay',
  'parse_verdict',
  'skip_row',
  'register_runner',
  'retire_runner',
  'release_runner',
  'runner_lock',
  'dead_runners',
  'heartbeat',
];

/** Installed once a queue, in this order. */
const PER_QUEUE = [
  'queue_gate',
  'queue_foreign_unlock',
  'queue_release',
  'queue_apply_verdict',
  'queue_archive',
  'queue_record_finished',
];

/** Views over all queues: the file, and the per-queue select it unites. */
const UNITED = [
  { view: 'jobs', placeholder: ':live_jobs', part: 'queue_live_jobs' },
  { view: 'queues', placeholder: ':queue_counts', part: 'queue_counts' },
];

/** Every view, function and trigger of Howdah for the given queues, as one SQL text. */
export function renderRepeatableSql(queues: readonly string[]): string {
  return [
    `-- graphile-worker schema version ${ENGINE_SCHEMA_VERSION}`,
    ...SHARED.map(readSql),
    ...queues.flatMap((queue) => PER_QUEUE.map((name) => renderForQueue(readSql(name), queue))),
    ...UNITED.map(({ view, placeholder, part }) => {
      const selects = queues.map((queue) => renderForQueue(readSql(part), queue));
      return readSql(view).replace(placeholder, () => selects.join('\nunion all\n'));
    }),
  ].join('\n');
}

/** Names a rendered text, so that an unchanged one need not be installed again. */
export function fingerprint(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/**
 * Takes Howdah's views, functions and triggers away. They would stand in the way of the engine's own migrations, and
 * a view cannot change its columns in place. Tables and their rows stay.
 */
export async function dropRepeatableSql(client: ClientBase): Promise<void> {
  await client.query(readSql('drop_repeatable'));
}

function readSql(name: string): string {
  return readFileSync(new URL(`./sql/${name}.sql`, import.meta.url), 'utf8');
}

/** Fills psql-style placeholders: `:"name"` becomes a quoted identifier, `:'name'` a quoted literal. */
function renderForQueue(text: string, queue: string): string {
  const values: Record<string, string> = {
    queue,
    schema: queueSchema(queue),
    foreign_unlock: `foreign_unlock_${queue}`,
    release_job: `release_job_${queue}`,
    release: `release_${queue}`,
    gate: `gate_${queue}`,
    apply_verdict: `apply_verdict_${queue}`,
    archive: `archive_${queue}`,
    record_finished: `record_finished_${queue}`,
  };
  return text
    .replace(/:"(\w+)"/g, (_, name: string) => pg.escapeIdentifier(lookUp(values, name)))
    .replace(/:'(\w+)'/g, (_, name: string) => pg.escapeLiteral(lookUp(values, name)));
}

function lookUp(values: Record<string, string>, name: string): string {
  const value = values[name];
  if (value === undefined) throw new TypeError(`SQL template names an unknown placeholder: ${name}`);
  return value;
}
