import { CommandError, UsageError } from '../command-error.ts';

const JOB_ID = /^[1-9]\d{0,17}$/;

/** @throws {UsageError} */
export function toJobId(text: string): string {
  if (JOB_ID.test(text)) return text;
  throw new UsageError(`expected the id of a job, a positive whole number; received ${JSON.stringify(text)}`);
}

/** What to throw when there is none of that id. */
export function noJob(id: string): CommandError {
  return new CommandError(`no job ${id}: it never existed, or its history is no longer kept`, {
    code: 'job_not_found',
  });
}
