import type { QueryConfig } from 'pg';

/** The end of one run, as the engine asks for it. */
export interface RunEnd {
  readonly jobId: string;
  /** What the engine stores as the error; undefined completes the job. */
  readonly failure: string | undefined;
}

const FETCH = /^with j(_raw)? as \(\s+select jobs\./;
const COMPLETE = /^(with j as \(\s+)?delete from \S+_private_jobs as jobs\s/;
const FAIL = /^(with j as \(\s+)?update \S+_private_jobs as jobs\s+set\s+last_error = \(el->>'message'\)/;

/** Whether the statement takes jobs. Source of the forms: graphile-worker 0.18.0, `sql/getJobs.js`. */
export function isFetch({ text }: QueryConfig): boolean {
  return FETCH.test(text);
}

/** The same fetch, of so many jobs at most. */
export function withLimit({ text, values = [], name }: QueryConfig, limit: number): QueryConfig {
  const limited = text.replace(/^(\s+limit )\d+$/m, `$1${limit}`);
  return { text: limited, values, ...(name && { name: name.replace(/^get_job\d*/, `get_job${limit}`) }) };
}

/** The same fetch, but for jobs that one of these versions of their task has refused (`flags.howdah_misfit`). */
export function withoutRefused({ text, values = [], name }: QueryConfig, versions: string[]): QueryConfig {
  const condition = `and (jobs.flags #> '{howdah_misfit,versions}' ?| $${values.length + 1}::text[]) is not true`;
  return {
    text: text.replace(/^(\s+)order by priority asc, run_at asc$/m, `$1${condition}$&`),
    values: [...values, versions],
    ...(name && { name: name.replace(/^get_job\d*/, '$&V') }),
  };
}

/** The state is null where nothing was decided: then the job is completed by a completion, and waits after a failure. */
const TELL =
  'select j.id, d.state from j left join howdah.decided_ends(array(select id from j)) d on d.job_id = j.id';

/**
 * The same ends, with a row for each job that was ended, its `id` and the `state` that the database ended it in. Any other
 * statement is given back as it is.
 */
export function tellingEnds(statement: QueryConfig): QueryConfig {
  const { text, values = [], name } = statement;
  const [matched, lanesToo] = COMPLETE.exec(text) ?? FAIL.exec(text) ?? [];
  if (matched === undefined) return statement;
  const whole = text.replace(/;\s*$/, '');
  const ending = lanesToo
    ? whole.replace(/^\)\nupdate /m, '), freed as (\nupdate ')
    : `with j as (\n${whole}\nreturning id`;
  return { text: `${ending}\n)\n${TELL}`, values, ...(name && { name: `${name}/told` }) };
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
