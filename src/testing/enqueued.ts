import { refuseOptionMistakes } from '../config/mistakes/option-mistakes.ts';
import { meantSchema } from '../config.ts';
import { parseExactly, wholeNumberAt } from '../db/exact-json.ts';
import { namingOf } from '../db/naming.ts';
import { queryRows, type SqlClient } from '../db/sql-client.ts';
import type { JobState } from '../look/job.ts';
import { checkDefinition } from '../tasks/check-definition.ts';
import type { TaskDefinition } from '../tasks/define-task.ts';
import { parsePayload } from '../tasks/parse-payload.ts';
import { ENQUEUED } from './option-kinds.ts';

/** Which of the jobs; all parts that are given must fit. */
export interface EnqueuedFilter {
  readonly queue?: string;
  /** @default whatever their state, those that ended included */
  readonly states?: readonly JobState[];
  readonly key?: string;
  readonly sequence?: string;
  /** Of the Howdah that is meant, where the database has several. @default HOWDAH_SCHEMA, else 'howdah' */
  readonly schema?: string;
}

/** A job as it was enqueued. */
export interface EnqueuedRecord<Payload = unknown> {
  readonly id: string;
  readonly task: string;
  readonly queue: string;
  readonly state: JobState;
  /** As the task's schema gives it to the handler; as it was enqueued where no task was named. */
  readonly payload: Payload;
  readonly priority: number;
  readonly maxRetries: number;
  /** Earliest instant of its next run; undefined while another job of its sequence is ahead. */
  readonly runAt: Date | undefined;
  readonly key: string | undefined;
  readonly sequence: string | undefined;
  readonly deadline: Date | undefined;
  readonly timeoutMs: number | undefined;
  readonly headers: Readonly<Record<string, string>>;
}

interface Row extends Record<'id' | 'task' | 'queue', string> {
  state: JobState;
  payload: unknown;
  priority: number;
  max_attempts: number;
  run_at: string | null;
  key: string | null;
  sequence: string | null;
  deadline: string | null;
  timeout_ms: number | null;
  headers: Record<string, string> | null;
}

/** One text a job, as the client may be of any library. */
const SELECT = `
  select row_to_json(j)::text as job
  from (select id::text as id, task, queue, state, payload, priority, max_attempts, run_at, key, sequence, deadline, timeout_ms,
               headers
        from howdah.jobs
        where ($1::text is null or task = $1::text)
          and ($2::text is null or queue = $2::text)
          and ($3::text is null or state = any (string_to_array($3::text, ',')))
          and ($4::text is null or key = $4::text)
          and ($5::text is null or sequence = $5::text)
        order by howdah.jobs.id) j`;

/**
 * The jobs that were enqueued, in the order of their ids. Given a transaction it sees what that wrote, which nobody else
 * does and which is gone when it is rolled back; so a test can enqueue, look and roll back.
 *
 * @param client a pool, or a transaction of any library that `distribute` takes
 * @param task only jobs of this task. @default of every task
 * @throws {TypeError} for a part of a filter that there is not, and for what is no definition
 * @throws {ZodError} when a payload does not fit the task's schema
 */
export function enqueued<Payload>(
  client: SqlClient,
  task: TaskDefinition<Payload, unknown>,
  filter?: EnqueuedFilter,
): Promise<EnqueuedRecord<Payload>[]>;
export function enqueued(
  client: SqlClient,
  task?: undefined,
  filter?: EnqueuedFilter,
): Promise<EnqueuedRecord[]>;
export async function enqueued(
  client: SqlClient,
  task?: TaskDefinition,
  filter: EnqueuedFilter = {},
): Promise<EnqueuedRecord[]> {
  refuseOptionMistakes('enqueued', filter, ENQUEUED);
  if (task !== undefined) checkDefinition(task, 'enqueued: task');
  const { queue, states, key, sequence, schema } = filter;
  const values = [task?.name, queue, states?.join(','), key, sequence];
  const { statement } = namingOf(meantSchema({ schema }));
  const rows = await queryRows<{ job: string }>(client, statement(SELECT), values);
  return rows.map(({ job }) => toRecord(parseExactly(job) as Row, task));
}

function toRecord({ payload, ...row }: Row, task: TaskDefinition | undefined): EnqueuedRecord {
  const { id, queue, state, priority, key, sequence, headers } = row;
  return {
    ...{ id, queue, state, priority },
    task: row.task,
    payload: task ? toPayload(task, payload) : payload,
    maxRetries: row.max_attempts - 1,
    runAt: toInstant(row.run_at),
    key: key ?? undefined,
    sequence: sequence ?? undefined,
    deadline: toInstant(row.deadline),
    timeoutMs: row.timeout_ms ?? undefined,
    headers: headers ?? {},
  };
}

function toPayload(task: TaskDefinition, payload: unknown): unknown {
  const parsed = parsePayload(task.payload, payload, wholeNumberAt);
  if (!parsed.success) throw parsed.error;
  return parsed.data;
}

/** Also undefined for what SQL can say and a Date cannot, such as "infinity". */
function toInstant(text: string | null): Date | undefined {
  const instant = new Date(text ?? Number.NaN);
  return Number.isNaN(instant.getTime()) ? undefined : instant;
}
