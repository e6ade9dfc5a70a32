import { findShapeMistake } from '../db/json-shape.ts';
import { type FieldMistake, HowdahError } from '../errors.ts';
import { describeIssues } from '../tasks/describe-issues.ts';
import { encodePayload, isEncoded } from '../tasks/encode-payload.ts';
import { checkBatch } from './check-batch.ts';
import type { NewJob } from './task-distributor.ts';

/**
 * The job with its payload as it is kept: what the codecs of its task's schema make of it.
 *
 * @param place `jobs[3].` of a batch
 * @throws {HowdahError} `invalid_payload` naming what does not fit what the codecs give to a handler
 */
export function encodeJob<Payload>(job: NewJob<Payload>, place = ''): NewJob {
  const { task, payload } = job as NewJob;
  if (!isEncoded(task?.payload)) return job as NewJob;
  const shape = findShapeMistake(payload, `${place}payload`, false);
  if (shape) throw refusal(task.name, [shape]);
  const encoded = encodePayload(task.payload, payload);
  if (encoded.success) return { ...(job as NewJob), payload: encoded.data };
  throw refusal(task.name, describeIssues(encoded.error, `${place}payload`));
}

/** The same of each. @throws {HowdahError} also `invalid_options` for what is no list of jobs */
export function encodeJobs(jobs: readonly NewJob[]): NewJob[] {
  checkBatch(jobs);
  return jobs.map((job, index) => encodeJob(job, `jobs[${index}].`));
}

function refusal(task: string, fields: readonly FieldMistake[]): HowdahError {
  const told = fields.map(({ field, message }) => `${field}: ${message}`).join('; ');
  return new HowdahError('invalid_payload', { detail: `Payload of "${task}": ${told}`, fields });
}
