import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { ENGINE_SCHEMA_VERSION } from './engine-schema.ts';
import { renderForQueue } from './render-for-queue.ts';
import { SHARED } from './shared-sql.ts';

const SQL_FOLDER = new URL('../sql/', import.meta.url);

/** Where each file is, by its name: the folders below are there for readers. */
const PATHS: ReadonlyMap<string, string> = new Map(
  readdirSync(SQL_FOLDER, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.sql'))
    .map((path) => [basename(path, '.sql'), path]),
);

/** Installed once a queue, in this order. */
const PER_QUEUE = [
  'queue_job_settings',
  'queue_refuse_payload',
  'queue_keep_sequence',
  'queue_gate',
  'queue_change_lock',
  'queue_keep_attempt',
  'queue_release',
  'queue_apply_verdict',
  'queue_archive',
  'queue_record_finished',
  'queue_sample',
  'queue_depth',
  'queue_page_indexes',
  'queue_removed',
];

const UNION = '\nunion all\n';

/** Views and functions over all queues: the file, the part of it for each queue, and what stands between those. */
const UNITED = [
  { whole: 'jobs', placeholder: ':live_jobs', part: 'queue_live_jobs', between: UNION },
  { whole: 'queues', placeholder: ':queue_counts', part: 'queue_counts', between: UNION },
  { whole: 'schedules', placeholder: ':cron_runs', part: 'queue_cron_runs', between: UNION },
  { whole: 'queue_stats', placeholder: ':queue_stats_rows', part: 'queue_stats_row', between: UNION },
  { whole: 'newest_jobs', placeholder: ':newest_jobs', part: 'queue_newest_jobs', between: UNION },
  { whole: 'enqueue_job', placeholder: ':branches', part: 'queue_enqueue_branch', between: '\n' },
  { whole: 'write_job', placeholder: ':branches', part: 'queue_write_branch', between: '\n' },
  { whole: 'write_jobs', placeholder: ':branches', part: 'queue_write_jobs_branch', between: '\n' },
  { whole: 'failed_jobs', placeholder: ':failed_jobs', part: 'queue_failed_jobs', between: UNION },
  { whole: 'new_job', placeholder: ':branches', part: 'queue_new_job_branch', between: '\n' },
];

/** Run once, when all the others are installed: before grants, which write to every function. */
const LAST = ['renew_payload_checks', 'drop_triggers', 'table_comments', 'worker_grants', 'role_grants'];

/**
 * Every view, function and trigger of Howdah for the given queues, as one SQL text. Triggers, and the functions they call,
 * replace what is there (drop_replaced.sql says why).
 */
export function renderRepeatableSql(queues: readonly string[]): string {
  return [
    `-- graphile-worker schema version ${ENGINE_SCHEMA_VERSION}`,
    ...SHARED.map((name) => replacingTriggers(readSql(name))),
    ...queues.map(renderQueueSql),
    renderUnitedSql(queues),
    ...LAST.map(readSql),
  ].join('\n');
}

/**
 * What takes away the views and functions that another version installed, for the whole text to follow.
 *
 * @param withTriggers for the engine's own migrations, in whose way they would stand
 */
export function renderRemoval({ withTriggers }: { withTriggers: boolean }): string {
  const names = ['drop_replaced', ...(withTriggers ? ['lock_triggered_tables', 'drop_triggers'] : [])];
  return names.map(readSql).join('\n');
}

/** Mends and ends what no trigger refused or took away, once the triggers are there. */
export function renderExhausted(queues: readonly string[]): string {
  const names = ['mend_payloads', 'end_exhausted_jobs'];
  return queues.flatMap((queue) => names.map((name) => renderForQueue(readSql(name), queue))).join('\n');
}

/**
 * What adds queues to the text installed for the others, whose tables it leaves alone: a rollout with a new queue waits
 * neither for their jobs nor for a dump of them.
 *
 * @param queues all there are then, the added ones among them
 */
export function renderAddition(queues: readonly string[], added: readonly string[]): string {
  return [
    ...added.map(renderQueueSql),
    renderUnitedSql(queues).replace(/^create (view|function) /gm, 'create or replace $1 '),
    renderExhausted(added),
    'select howdah.grant_roles();',
  ].join('\n');
}

/** Registers a queue whose engine schema was just made, its job ids drawn from the sequence of all. */
export function renderRegistration(queue: string): string {
  return renderForQueue(readSql('share_job_ids'), queue);
}

/** Names a rendered text, so that an unchanged one need not be installed again. */
export function fingerprint(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function renderQueueSql(queue: string): string {
  return PER_QUEUE.map((name) => replacingTriggers(renderForQueue(readSql(name), queue))).join('\n');
}

function replacingTriggers(text: string): string {
  return text.replace(/^create (trigger |function (?=[^$]*returns trigger\b))/gm, 'create or replace $1');
}

function renderUnitedSql(queues: readonly string[]): string {
  return UNITED.map(({ whole, placeholder, part, between }) => {
    const text = readSql(part).replace(':live_jobs', () => readSql('queue_live_jobs'));
    const parts = queues.map((queue) => renderForQueue(text, queue));
    return readSql(whole).replace(placeholder, () => parts.join(between));
  }).join('\n');
}

function readSql(name: string): string {
  const path = PATHS.get(name);
  if (path === undefined) throw new TypeError(`There is no ${name}.sql below src/db/sql`);
  const text = readFileSync(new URL(path, SQL_FOLDER), 'utf8');
  return text.replace(PART, (_, part: string, row: string) => readPart(part).replaceAll(':row', row));
}

/** What is written into several others, some of it about a row of theirs. */
const PART = /:(unstorable_pattern|shown_payload|job_columns)\b(?:\((\w+)\))?/g;

/** Without its head. */
function readPart(name: string): string {
  return readSql(name)
    .replace(/^--.*\n/gm, '')
    .trim();
}
