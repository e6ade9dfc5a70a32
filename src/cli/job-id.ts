import { UsageError } from './command-error.ts';

const JOB_ID = /^[1-9]\d{0,17}$/;

/** @throws {UsageError} */
export function toJobId(text: string): string {
  if (JOB_ID.test(text)) return text;
  throw new UsageError(`expected the id of a job, a positive whole number; received ${JSON.stringify(text)}`);
}
