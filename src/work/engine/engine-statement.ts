import type { QueryConfig } from 'pg';
import type { Mark } from './frontier.ts';

/** The end of one run, as the engine asks for it. */
export interface RunEnd {
  readonly jobId: string;
  /** What the engine stores as the error; undefined completes the job. */
  readonly failure: string | undefined;
}

const FETCH = /^with j(_raw)? as \(\s+select jobs\./;
const COMPLETE = /^(with j as \(\s+)?delete from \S+_private_jobs as jobs\s/;
const FAIL = /^(with j as \(\s+)?update \S+_private_jobs as jobs\s+set\s+last_error = \(el->>'message'\)/;
const RETURN =
  /^(with j as \(\s+)?update \S+_private_jobs as jobs\s+set\s+attempts = GREATEST\(0, attempts - 1\),/;

/** Whether the statement takes jobs. Source of the forms: graphile-worker 0.18.0, `sql/getJobs.js`. */
export function isFetch({ text }: QueryConfig): boolean {
  return FETCH.test(text);
}

/** How many jobs the statement returns to their queue; undefined for any other. Source: graphile-worker 0.18.0, `sql/returnJobs.js`. */
export function returnedCount({ text, values = [] }: QueryConfig): number | undefined {
  return RETURN.test(text) ? (values[1] as unknown[]).length : undefined;
}

/** The same fetch, of so many jobs at most. */
export function withLimit({ text, values = [], name }: QueryConfig, limit: number): QueryConfig {
  const limited = text.replace(/^(\s+limit )\d+$/m, `$1${limit}`);
  return { text: limited, values, ...(name && { name: name.replace(/^get_job\d*/, `get_job${limit}`) }) };
}

/** What is asked of a fetched job, by us and by the engine itself; its own fetch brings 27 columns, some of them twice. */
const COLUMNS =
  'id job_queue_id task_id payload priority run_at attempts max_attempts created_at locked_at locked_by flags'.split(
    ' ',
  );

/** Each in the fetch of more than one job, and what takes its place. */
const SPARED = [
  [/^ +select jobs\.job_queue_id, jobs\.priority, jobs\.run_at, jobs\.id$/m, '$&, jobs.ctid as place'],
  [/^ +job_queue_id, priority, run_at, id(?=\s+from j_raw$)/m, '$&, place'],
  [
    /(update (\S+)\._private_job_queues as job_queues\s[^;]*?where job_queues\.id = j\.job_queue_id)(?=\s+\))/,
    '$1\n      and case when j.job_queue_id is not null then (select true from $2._private_jobs as seen where seen.ctid = j.place) end',
  ],
  [/where jobs\.id = j\.id(?=\s+returning \*;?\s*$)/, 'where jobs.ctid = j.place'],
  [/returning \*;?\s*$/, `returning ${COLUMNS.map((column) => `jobs.${column}`).join(', ')}`],
] as const;

/**
 * The same fetch at less: a job that it has locked is not looked up by its id once more, and it brings what is asked of a job.
 *
 * Where a job was changed after the statement began and before it locked it, its latest version is none that the statement sees at
 * its place: it stays, for the next fetch. So does one that is locked in that moment, which is what the change was just before.
 * Nor is its queue_name locked then, which nobody would free: only that of a job which the statement sees where it locked it.
 */
export function withoutDetours(statement: QueryConfig): QueryConfig {
  return { ...statement, text: spared(statement.text) };
}

const spared = onceEach((text) =>
  SPARED.every(([form]) => form.test(text))
    ? SPARED.reduce((sparing, [form, by]) => sparing.replace(form, by), text)
    : text,
);

/** The engine sends the same few texts again and again, and each is changed in the same way. */
function onceEach(change: (text: string, also: string) => string): (text: string, also?: string) => string {
  const changed = new Map<string, string>();
  return (text, also = '') => {
    const key = also + text;
    const known = changed.get(key) ?? change(text, also);
    changed.set(key, known);
    return known;
  };
}

/** Of the most urgent jobs too: at their own priority, those from before the mark's time would be left out. */
const BEFORE_ALL = -32_769;

/**
 * The same fetch, but for jobs before the mark. From the front where a more urgent job has come to wait since, or where the queue
 * has lanes: the next job of a lane that was busy may stand anywhere.
 */
export function sinceMark(statement: QueryConfig, mark: Mark | undefined): QueryConfig {
  if (!mark) return statement;
  const schema = schemaOf(statement);
  const [priority, runAt] = placesAfter(statement, 2);
  return withCondition(
    statement,
    `(jobs.priority, jobs.run_at) >= (
      (select case when exists (select from ${schema}_private_job_queues)
                     or exists (select from ${schema}_private_jobs u
                                where u.is_available = true and u.priority < ${priority}::integer and u.run_at <= now())
                   then ${BEFORE_ALL} else ${priority}::integer end),
      ${runAt}::timestamptz)`,
    { sign: 'M', values: [mark.priority, mark.runAt.toISOString()] },
  );
}

/** The same fetch, but for jobs that one of these versions of their task has refused (`flags.howdah_misfit`). */
export function withoutRefused(statement: QueryConfig, versions: readonly string[]): QueryConfig {
  if (versions.length === 0) return statement;
  const [place] = placesAfter(statement, 1);
  return withCondition(
    statement,
    `(jobs.flags #> '{howdah_misfit,versions}' ?| ${place}::text[]) is not true`,
    { sign: 'V', values: [versions] },
  );
}

/** The same fetch, but for jobs of these tasks. */
export function withoutTasks(statement: QueryConfig, tasks: readonly string[]): QueryConfig {
  if (tasks.length === 0) return statement;
  const [place] = placesAfter(statement, 1);
  const ids = `select t.id from ${schemaOf(statement)}_private_tasks t where t.identifier = any (${place}::text[])`;
  return withCondition(statement, `jobs.task_id <> all (array(${ids}))`, { sign: 'S', values: [tasks] });
}

/** With its dot, as the statement writes it. */
function schemaOf({ text }: QueryConfig): string | undefined {
  return /from (\S+)_private_jobs as jobs/.exec(text)?.[1];
}

/** Of the values that are added next. */
function placesAfter({ values = [] }: QueryConfig, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `$${values.length + 1 + index}`);
}

/** @param sign tells the statement from the same without the condition, where it has a name */
function withCondition(
  { text, values = [], name }: QueryConfig,
  condition: string,
  { sign, values: added }: { sign: string; values: readonly unknown[] },
): QueryConfig {
  return {
    text: text.replace(/^(\s+)order by priority asc, run_at asc$/m, `$1and ${condition}$&`),
    values: [...values, ...added],
    ...(name && { name: name.replace(/^get_job\d*[A-Z]*/, `$&${sign}`) }),
  };
}

/** What a statement of `tellingEnds` says of all its jobs, in one row: few are what they should not be. */
export interface ToldEnds<State> {
  /** How many were ended. */
  count: number;
  /** Which, as the text of an array; null for none, and may be for all. */
  ids: string | null;
  /** Of those of which something was decided before, what: null where nothing was of any. */
  decided: Record<string, State> | null;
}

/** Ids that are looked up one by one, as if each were a table's row: in one go they are a third of what it takes to delete jobs. */
const ONE_BY_ONE = /^using unnest\(\$1::bigint\[\]\) n\(n\)\nwhere id = n$/m;
const IN_ONE_GO = 'where id = any ($1::bigint[])';

/** A completion's condition, by the id alone, and that of the fence: the session's runner holds the job, as the gate has just found. */
const BY_ID = /^where id = (?:any \()?\$1::bigint(?:\[\]\))?$/m;
const IF_HELD = "and jobs.locked_by = (select current_setting('howdah.pool', true))";

/**
 * @param missed whether it ended fewer jobs than it was asked to, which are told then; else their number says it
 * @param also what else it selects
 */
const toldTogether = (missed: string, also: string) => `
select e.count, case when ${missed} then e.ids::text end as ids,
       howdah.decisions_of(e.ids) as decided${also}
from (select count(*)::integer as count, array_agg(j.id) as ids from j) e`;

/** The end of one job is told by what deletes it: at an ordinary pace most statements end one, and nothing has to be counted. */
const ALONE = /^delete from \S+_private_jobs as jobs\nwhere id = \$1::bigint\s*$/;
const toldAlone = (also: string) => `
returning 1 as count, null as ids, howdah.decisions_of(array[id]) as decided${also}`;

/**
 * The same ends, with one row that tells what became of them. Any other statement is given back as it is.
 *
 * @param results what the runs returned, as `toSetting` writes it: set for the trigger that writes finished jobs, which fires after all
 *   else of the statement. @default nothing
 */
export function tellingEnds(statement: QueryConfig, results?: string): QueryConfig {
  const { text, values = [], name } = statement;
  if (!COMPLETE.test(text) && !FAIL.test(text)) return statement;
  const setting = `,\n       set_config('howdah.results', ${placesAfter(statement, 1)}, true) is null as is_lost`;
  const told = telling(text, results === undefined ? '' : setting);
  if (results === undefined) return { text: told, values, ...(name && { name: `${name}/told` }) };
  return { text: told, values: [...values, results], ...(name && { name: `${name}/kept` }) };
}

const telling = onceEach((text, also) => {
  const whole = text
    .replace(/;\s*$/, '')
    .replace(ONE_BY_ONE, () => IN_ONE_GO)
    .replace(BY_ID, (condition) => `${condition}\n${IF_HELD}`);
  if (ALONE.test(text)) return whole + toldAlone(also);
  const missed = whole.includes(IN_ONE_GO) ? 'e.count < cardinality($1::bigint[])' : 'true';
  const ending = /^with /.test(whole)
    ? whole.replace(/^\)\nupdate /m, '), freed as (\nupdate ')
    : `with j as (\n${whole}\nreturning id`;
  return `${ending}\n)${toldTogether(missed, also)}`;
});

/**
 * What was decided of a job that a statement was to end; null when nothing was: then it is completed by a completion, and
 * waits after a failure. Undefined when the job was not ended.
 *
 * @param asked how many jobs the statement was to end
 */
export function toldStates<State>(
  told: ToldEnds<State> | undefined,
  asked: number,
): (jobId: string) => State | null | undefined {
  const { count, ids, decided } = told ?? { count: 0, ids: null, decided: null };
  const ended = count === asked ? undefined : new Set(ids?.slice(1, -1).split(','));
  return (jobId) => (!ended || ended.has(jobId) ? (decided?.[jobId] ?? null) : undefined);
}

/** Whether the ends free lanes (`queue_name`), whose next jobs may be taken from then on. */
export function freesLanes({ text }: QueryConfig): boolean {
  return text.includes('_private_job_queues as job_queues');
}

/**
 * The ends that a statement of the engine's writes; undefined for one that writes none. Source of the forms:
 * graphile-worker 0.18.0, `sql/completeJobs.js` and `sql/failJobs.js` (`batchFailJobs`).
 */
export function readEnds({ text, values = [] }: QueryConfig): RunEnd[] | undefined {
  if (COMPLETE.test(text)) return [values[0]].flat().map((id) => ({ jobId: String(id), failure: undefined }));
  if (!FAIL.test(text)) return undefined;
  const specs = JSON.parse(values[1]) as { jobId: string; message: string }[];
  return specs.map(({ jobId, message }) => ({ jobId: String(jobId), failure: message }));
}
