import { type FieldMistake, HowdahError } from '../errors.ts';
import { checkDefinition } from '../tasks/check-definition.ts';
import { kindOf } from '../tasks/kind-of.ts';
import { OPTION_ROWS } from './option-table.ts';
import { MAX_BATCH_SIZE } from './task-distributor.ts';

const MEMBERS: readonly string[] = ['task', 'payload', 'options'];

/**
 * Refuses what is no list of jobs, before anything is made of them. A member that no job has is one that would be passed over, such
 * as a `delayMs` beside the options, and the job would run at another time than was meant.
 *
 * @throws {HowdahError} `invalid_options`, naming the job
 * @throws {TypeError} for a task that is no definition, naming the job
 */
export function checkBatch(jobs: unknown): void {
  if (!Array.isArray(jobs))
    throw refusal({
      field: 'jobs',
      message: `expected a list of { task, payload, options }, received ${kindOf(jobs)}`,
    });
  if (jobs.length > MAX_BATCH_SIZE)
    throw refusal({
      field: 'jobs',
      message: `expected at most ${MAX_BATCH_SIZE} jobs, received ${jobs.length}`,
    });
  for (let index = 0; index < jobs.length; index += 1) checkMembers(jobs[index], `jobs[${index}]`);
}

function checkMembers(job: unknown, field: string): void {
  if (typeof job !== 'object' || job === null || Array.isArray(job))
    throw refusal({
      field,
      message: `expected an object with task, payload and options, received ${kindOf(job)}`,
    });
  for (const name in job) {
    if (MEMBERS.includes(name) || Reflect.get(job, name) === undefined) continue;
    throw refusal({ field: `${field}.${name}`, message: describeMember(name) });
  }
  checkDefinition(Reflect.get(job, 'task'), `${field}.task`);
}

function describeMember(name: string): string {
  const [option] = OPTION_ROWS.find(([own, { name: inSql }]) => own === name || inSql === name) ?? [];
  return option ? `expected in options, as options: { ${option} }` : 'expected no such member';
}

function refusal(mistake: FieldMistake): HowdahError {
  return new HowdahError('invalid_options', {
    detail: `${mistake.field}: ${mistake.message}`,
    fields: [mistake],
  });
}
