import { stringifyExactly, wholeNumberAt } from '../db/exact-json.ts';
import { findShapeMistake } from '../db/json-shape.ts';
import { type FieldMistake, HowdahError } from '../errors.ts';
import type { TaskDefinition } from '../tasks/define-task.ts';
import { describeIssues } from '../tasks/describe-issues.ts';
import { parsePayload } from '../tasks/parse-payload.ts';
import { findUnstorableText } from '../tasks/unstorable-text.ts';
import { findOptionMistakes } from './check-options.ts';
import { MAX_BATCH_SIZE, type NewJob } from './task-distributor.ts';

/** A batch with more mistakes is told of these only. */
const MAX_REPORTED_MISTAKES = 20;

/** @throws {HowdahError} `invalid_payload` or `invalid_options`, naming everything wrong with the job */
export function checkJob<Payload>({ task, payload, options }: NewJob<Payload>): void {
  refuseOther(task);
  const payloadMistakes = findPayloadMistakes({ task, payload });
  if (payloadMistakes.length > 0) {
    const detail = `Payload of "${task.name}": ${describeAll(payloadMistakes)}`;
    throw new HowdahError('invalid_payload', { detail, fields: payloadMistakes });
  }
  const fields = options === undefined ? [] : findOptionMistakes(options);
  if (fields.length > 0) throw new HowdahError('invalid_options', { detail: describeAll(fields), fields });
}

/** @throws {HowdahError} as `checkJob`, each mistake with the job's index; `invalid_options` for too many jobs */
export function checkJobs(jobs: readonly NewJob[]): void {
  if (!Array.isArray(jobs)) throw new TypeError('jobs: expected a list of { task, payload, options? }');
  if (jobs.length > MAX_BATCH_SIZE) {
    const message = `expected at most ${MAX_BATCH_SIZE} jobs, received ${jobs.length}`;
    throw new HowdahError('invalid_options', {
      detail: `jobs: ${message}`,
      fields: [{ field: 'jobs', message }],
    });
  }
  for (const { task } of jobs) refuseOther(task);
  const payloads = jobs.flatMap((job, index) => at(index, findPayloadMistakes(job)));
  const options = jobs.flatMap((job, index) =>
    job.options ? at(index, findOptionMistakes(job.options)) : [],
  );
  const fields = [...payloads, ...options].slice(0, MAX_REPORTED_MISTAKES);
  if (fields.length === 0) return;
  const code = payloads.length > 0 ? 'invalid_payload' : 'invalid_options';
  throw new HowdahError(code, { detail: describeAll(fields), fields });
}

/** @throws {TypeError} for what is no definition, such as what `app.handle` makes of one */
function refuseOther(task: unknown): void {
  const { name, payload } = (task ?? {}) as Partial<TaskDefinition>;
  if (typeof name === 'string' && typeof payload?.safeParse === 'function') return;
  throw new TypeError('task: expected what defineTask returns');
}

function findPayloadMistakes<Payload>({ task, payload }: NewJob<Payload>): FieldMistake[] {
  const shape = findShapeMistake(payload, 'payload');
  if (shape) return [shape];
  const parsed = parsePayload(task.payload, payload, wholeNumberAt);
  if (!parsed.success) return describeIssues(parsed.error, 'payload');
  const unstorable = findUnstorableText(stringifyExactly(payload) ?? '', 'payload');
  return unstorable ? [unstorable] : [];
}

function at(index: number, mistakes: FieldMistake[]): FieldMistake[] {
  return mistakes.map(({ field, message }) => ({ field: `jobs[${index}].${field}`, message }));
}

function describeAll(fields: readonly FieldMistake[]): string {
  return fields.map(({ field, message }) => `${field}: ${message}`).join('; ');
}
