import type { JobFilter } from './job-filter.ts';

/** Adds a value to the statement, and returns its placeholder. */
export type BindValue = (value: unknown) => string;

/** A Postgres bigint has at most 19 digits. */
const JOB_ID = /^[1-9]\d{0,17}$/;

/**
 * Jobs in the hands of workers have no index of their own: one would cost every fetch and every end of a run a quarter
 * of the throughput. In a big table they are found by what the workers said at their latest heartbeat, at most a second
 * ago, that they run; jobs that they merely hold ready are left out then.
 */
const SAID_TO_RUN =
  'j.id = any (array(select unnest(r.running) from howdah.runners r where r.released_at is null))';

/** A queue's job table. */
export interface LiveTable {
  schema: string;
  /** Too many rows to look at each. */
  isBig: boolean;
}

const LIVE_STATE_CONDITIONS = {
  running: 'j.locked_at is not null',
  available: 'j.locked_at is null and j.is_available and j.run_at <= now()',
  retryable: 'j.locked_at is null and j.is_available and j.run_at > now() and j.last_error is not null',
  scheduled: 'j.locked_at is null and j.is_available and j.run_at > now() and j.last_error is null',
} as const;

/** SQL conditions on a queue's job table `j`; undefined when no live job can fit. */
export function liveConditions(
  filter: JobFilter,
  { schema, isBig }: LiveTable,
  bind: BindValue,
): string[] | undefined {
  if (filter.finishedAfter || filter.finishedBefore) return undefined;
  const states = Object.entries(LIVE_STATE_CONDITIONS).filter(([state]) => isWanted(filter, state));
  if (states.length === 0) return undefined;
  const { task, worker } = filter;
  const conditions = commonConditions(filter, bind);
  if (filter.states) conditions.push(`(${states.map(([, condition]) => `(${condition})`).join(' or ')})`);
  const isOfRunning = worker !== undefined || (filter.states?.length === 1 && filter.states[0] === 'running');
  if (isBig && isOfRunning) conditions.push(SAID_TO_RUN);
  if (task !== undefined) conditions.push(...isOfTask(schema, bind(task)));
  if (worker !== undefined)
    conditions.push(`j.locked_at is not null and j.locked_by = ${bind(worker)}::text`);
  return conditions;
}

/** SQL conditions on `howdah.job_history j`; undefined when no finished job can fit. */
export function historyConditions(filter: JobFilter, bind: BindValue): string[] | undefined {
  const states = ['completed', 'discarded', 'cancelled'].filter((state) => isWanted(filter, state));
  if (states.length === 0) return undefined;
  const { queue, task, worker, finishedAfter, finishedBefore } = filter;
  const conditions = commonConditions(filter, bind);
  if (states.length < 3) conditions.push(`j.state in (${states.map((state) => `'${state}'`).join(', ')})`);
  if (queue !== undefined) conditions.push(`j.queue = ${bind(queue)}::text`);
  if (task !== undefined) conditions.push(`j.task = ${bind(task)}::text`);
  if (worker !== undefined) conditions.push(`j.worker = ${bind(worker)}::text`);
  // Nothing ends before it is created, and only the time of the end has an index in order.
  const endedAfter = latest(finishedAfter, filter.createdAfter);
  if (endedAfter) conditions.push(`j.finished_at > ${instant(endedAfter, bind)}`);
  if (finishedBefore) conditions.push(`j.finished_at < ${instant(finishedBefore, bind)}`);
  return conditions;
}

/** Where nobody knows the task, the first condition is false once and for all, and no row is looked at. */
function isOfTask(schema: string, task: string): string[] {
  const known = `select t.id from ${schema}._private_tasks t where t.identifier = ${task}::text`;
  return [`exists (${known})`, `j.task_id = (${known})`];
}

/** What both tables have by the same names. */
function commonConditions(filter: JobFilter, bind: BindValue): string[] {
  const { createdAfter, createdBefore, error, key, payloadContains, search } = filter;
  const conditions: string[] = [];
  if (createdAfter) conditions.push(`j.created_at > ${instant(createdAfter, bind)}`);
  if (createdBefore) conditions.push(`j.created_at < ${instant(createdBefore, bind)}`);
  if (error !== undefined) conditions.push(errorContains(error, bind));
  if (key !== undefined) conditions.push(`j.key = ${bind(key)}::text`);
  if (payloadContains !== undefined) conditions.push(containsPart(bind(JSON.stringify(payloadContains))));
  if (search !== undefined) conditions.push(searchCondition(search, bind));
  return conditions;
}

/** A look for the longest word of the part rules most payloads out at a fraction of the cost. */
function containsPart(part: string): string {
  const word = `(select howdah.telling_word(${part}::text::jsonb))`;
  const canContain = `strpos(j.payload::text, ${word}) > 0 or strpos(j.payload::text, chr(92)) > 0`;
  return `(${canContain}) and howdah.payload_contains(j.payload, ${part}::text::jsonb)`;
}

function searchCondition(text: string, bind: BindValue): string {
  const byId = JOB_ID.test(text) ? [`j.id = ${bind(text)}::bigint`] : [];
  return `(${[...byId, `j.key = ${bind(text)}::text`, `(${errorContains(text, bind)})`].join(' or ')})`;
}

function errorContains(text: string, bind: BindValue): string {
  const pattern = `%${text.replace(/[\\%_]/g, '\\$&')}%`;
  return `j.last_error is not null and j.last_error ilike ${bind(pattern)}::text`;
}

function latest(one: Date | undefined, other: Date | undefined): Date | undefined {
  return one && other ? (one > other ? one : other) : (one ?? other);
}

function instant(date: Date, bind: BindValue): string {
  return `${bind(date.toISOString())}::timestamptz`;
}

function isWanted({ states }: JobFilter, state: string): boolean {
  return states === undefined || states.some((wanted) => wanted === state);
}
