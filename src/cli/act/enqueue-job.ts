import type { Database } from '../../db/database.ts';
import { transact } from '../../db/transact.ts';
import { PostgresDistributor } from '../../enqueue/postgres-distributor.ts';
import type { EnqueuedJob } from '../../enqueue/task-distributor.ts';
import { createCatalogue } from '../../tasks/catalogue.ts';
import { describeMistakes } from '../../wire/describe-mistakes.ts';
import { enqueueAll, toNewJobs } from '../../wire/enqueue-requested.ts';
import { newJob, type RequestedJob } from '../../wire/schemas/new-job.ts';
import { UsageError } from '../command-error.ts';

/** Tasks are those that the database knows: their code is not loaded here. */
const NONE = createCatalogue([]);

/** The job as the HTTP API would take it. @throws {UsageError} naming every mistaken option */
export function checkRequest(requested: Readonly<Record<string, unknown>>): RequestedJob {
  const result = newJob.safeParse(requested);
  if (result.success) return result.data;
  const mistakes = describeMistakes(result.error, requested);
  throw new UsageError(mistakes.map(({ field, message }) => `${toOption(field)}: ${message}`).join('\n  '));
}

/** Enqueues it with the same checks and defaults as over HTTP. @throws {HowdahError} as the distributor does */
export async function enqueueJob(db: Database, requested: RequestedJob): Promise<EnqueuedJob> {
  const jobs = await toNewJobs({ db, catalogue: NONE }, [requested]);
  const distributor = new PostgresDistributor();
  const [added] = await transact(db, (tx) => enqueueAll(tx, distributor, jobs));
  if (!added) throw new Error('an enqueued job was not returned');
  return added;
}

function toOption(field: string): string {
  if (field === 'task') return 'TASK';
  return field.startsWith('headers') ? '--header' : `--${field.replaceAll('_', '-')}`;
}
