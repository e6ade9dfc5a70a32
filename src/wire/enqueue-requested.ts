import { formatDuration } from '../config/settings/duration.ts';
import { translatingErrors } from '../db/command-error.ts';
import { wholeNumberAt } from '../db/exact-json.ts';
import { findShapeMistake } from '../db/json-shape.ts';
import type { SqlClient } from '../db/sql-client.ts';
import type { EnqueueOptions } from '../enqueue/enqueue-options.ts';
import { OPTION_ROWS } from '../enqueue/option-table.ts';
import { readPlain } from '../enqueue/plain-values.ts';
import type { EnqueuedJob, NewJob, TaskDistributor } from '../enqueue/task-distributor.ts';
import { type FieldMistake, HowdahError } from '../errors.ts';
import type { Job } from '../look/job.ts';
import { recordedEnqueue, recordedOne } from '../operate/recorded-enqueue.ts';
import type { Actor } from '../operate/transaction-as.ts';
import type { TaskDefinition } from '../tasks/define-task.ts';
import { parsePayload } from '../tasks/parse-payload.ts';
import { asGiven } from './as-given.ts';
import { nameUnknown } from './name-unknown.ts';
import { resolveTask, resolveVersions, type TaskSources } from './resolve-task.ts';
import type { RequestedJob } from './schemas/new-job.ts';

/** Names inside a payload are the task's own. */
const PAYLOAD_FIELD = /^(jobs\[\d+\]\.)?payload\b/;

/**
 * The requested jobs, each with a definition of its task: this process's own, or where the payload does not fit that, the
 * newest in the fleet that it fits.
 *
 * @throws {HowdahError} `unknown_task`; `invalid_payload` for one that is nested too deep for any schema
 */
export async function toNewJobs<const Requested extends readonly RequestedJob[]>(
  sources: TaskSources,
  requested: Requested,
): Promise<{ [Index in keyof Requested]: NewJob }> {
  const tasks = new Map<string, TaskDefinition>();
  const versions = new Map<string, readonly TaskDefinition[]>();
  const jobs: NewJob[] = [];
  for (const [index, job] of requested.entries()) {
    const place = requested.length === 1 ? '' : `jobs[${index}].`;
    const payload = job.payload === undefined ? {} : job.payload;
    refuseShape(payload, `${place}payload`);
    const resolve = () => resolveTask(sources, job.task, job.allow_unknown).catch(nameUnknown(place));
    const own = tasks.get(job.task) ?? (await resolve());
    if (job.allow_unknown !== true) tasks.set(job.task, own);
    const fits = ({ payload: schema }: TaskDefinition) =>
      parsePayload(schema, payload, wholeNumberAt).success;
    const isOwn = fits(own);
    if (!isOwn && !versions.has(job.task))
      versions.set(job.task, await resolveVersions(sources.db, job.task));
    const task = isOwn ? own : (versions.get(job.task)?.find(fits) ?? own);
    jobs.push({ task: asGiven(task), payload, options: toOptions(job) });
  }
  return jobs as { [Index in keyof Requested]: NewJob };
}

/** @throws {HowdahError} as the distributor does, with fields by their names in a request */
export async function enqueueAll(
  tx: SqlClient,
  distributor: TaskDistributor,
  jobs: readonly NewJob[],
): Promise<EnqueuedJob[]> {
  const [only] = jobs;
  return translatingErrors(() =>
    only && jobs.length === 1
      ? distributor.distribute(tx, only.task, only.payload, only.options).then((job) => [job])
      : distributor.distributeMany(tx, jobs),
  )
    .catch(renameFields)
    .catch(nameUnknown());
}

/** The same with a row of the audit log, in the same statement. */
export async function enqueueRecorded(
  tx: SqlClient,
  distributor: TaskDistributor,
  jobs: readonly NewJob[],
): Promise<EnqueuedJob[]> {
  const tasks = [...new Set(jobs.map(({ task }) => task.name))];
  return enqueueAll(recordedEnqueue(tx, tasks), distributor, jobs);
}

/**
 * The same of a single job; told for whom, it needs no transaction that says so.
 *
 * @returns all of it, as it was written
 */
export async function enqueueOneFor(
  tx: SqlClient,
  distributor: TaskDistributor,
  { job, actor }: { job: NewJob; actor?: Actor },
): Promise<Job> {
  let written: Job | undefined;
  const told = (found: Job) => {
    written = found;
  };
  const { name: task, orderBy } = job.task;
  const client = recordedOne(tx, { task, actor, isOrdered: orderBy !== undefined, readPlain, told });
  await enqueueAll(client, distributor, [job]);
  if (!written) throw new Error('the job that was just enqueued is not there');
  return written;
}

function refuseShape(payload: unknown, field: string): void {
  const mistake = findShapeMistake(payload, field);
  if (!mistake) return;
  const detail = `${mistake.field}: ${mistake.message}`;
  throw new HowdahError('invalid_payload', { detail, fields: [mistake] });
}

function toOptions(job: RequestedJob): EnqueueOptions {
  const given = OPTION_ROWS.map(([option, { name }]) => [option, job[name as keyof RequestedJob]] as const);
  return Object.fromEntries(given.filter(([, value]) => value !== undefined)) as EnqueueOptions;
}

function renameFields(error: unknown): never {
  if (!(error instanceof HowdahError) || error.fields.length === 0) throw error;
  const fields = error.fields.map((mistake) =>
    PAYLOAD_FIELD.test(mistake.field) ? mistake : inOurWords(mistake),
  );
  const detail = fields.map(({ field, message }) => `${field}: ${message}`).join('; ');
  throw new HowdahError(error.kind, { detail, fields, cause: error });
}

/** The value received stays as it came, but for a duration, which is written as in a request. */
function inOurWords({ field, message }: FieldMistake): FieldMistake {
  const [, expected = '', received = ''] = /^(.*?)(, received .*)?$/s.exec(message) ?? [];
  const words = expected.replace(/[a-z]+[A-Z]\w*/g, rename);
  const [option = ''] = /[a-zA-Z]+$/.exec(field) ?? [];
  const isDuration = OPTION_ROWS.some(([name, { kind }]) => name === option && kind === 'duration');
  return {
    field: field.replace(/[a-zA-Z]+$/, rename),
    message: isDuration
      ? words.replace(/ in ms$/, '') + received.replace(/\d+$/, (ms) => formatDuration(Number(ms)))
      : words + received,
  };
}

/** An option's name in a request. */
function rename(name: string): string {
  return OPTION_ROWS.find(([option]) => option === name)?.[1].name ?? name;
}
