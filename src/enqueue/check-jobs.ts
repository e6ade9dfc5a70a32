import { stringifyExactly, wholeNumberAt } from '../db/exact-json.ts';
import { findShapeMistake } from '../db/json-shape.ts';
import { andMore } from '../errors/and-more.ts';
import { type FieldMistake, HowdahError } from '../errors.ts';
import { checkDefinition } from '../tasks/check-definition.ts';
import { describeIssues } from '../tasks/describe-issues.ts';
import { parsePayload } from '../tasks/parse-payload.ts';
import { findUnstorableText } from '../tasks/unstorable-text.ts';
import { findOptionMistakes } from './check-options.ts';
import type { NewJob } from './task-distributor.ts';

/** A batch with more mistakes is told of these, and how many there are. */
const MAX_REPORTED_MISTAKES = 20;

/** @throws {HowdahError} `invalid_payload` or `invalid_options`, naming everything wrong with the job */
export function checkJob<Payload>({ task, payload, options }: NewJob<Payload>): void {
  checkDefinition(task, 'task');
  const payloadMistakes = findPayloadMistakes({ task, payload });
  if (payloadMistakes.length > 0) {
    const detail = `Payload of "${task.name}": ${describeAll(payloadMistakes)}`;
    throw new HowdahError('invalid_payload', { detail, fields: payloadMistakes });
  }
  const fields = options === undefined ? [] : findOptionMistakes(options);
  if (fields.length > 0) throw new HowdahError('invalid_options', { detail: describeAll(fields), fields });
}

/** @throws {HowdahError} as `checkJob`, each mistake with the job's index */
export function checkJobs(jobs: readonly NewJob[]): void {
  const payloads = jobs.flatMap((job, index) => at(index, findPayloadMistakes(job)));
  const options = jobs.flatMap((job, index) =>
    job.options === undefined ? [] : at(index, findOptionMistakes(job.options)),
  );
  const all = [...payloads, ...options];
  if (all.length === 0) return;
  const code = payloads.length > 0 ? 'invalid_payload' : 'invalid_options';
  const fields = all.slice(0, MAX_REPORTED_MISTAKES);
  const detail = [describeAll(fields), ...andMore(fields.length, all.length)].join('; ');
  throw new HowdahError(code, { detail, fields });
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
