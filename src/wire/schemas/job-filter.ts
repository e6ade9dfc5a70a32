import { z } from '@hono/zod-openapi';
import { findShapeMistake } from '../../db/json-shape.ts';
import { parseJson } from '../../db/parse-json.ts';
import { findRoundedNumber } from '../../db/rounded-number.ts';
import { MAX_PAGE_SIZE } from '../../look/list-jobs.ts';
import { findUnstorableText } from '../../tasks/unstorable-text.ts';
import { FILTER_LENGTHS, MAX_IDS, MAX_PAYLOAD_LENGTH } from '../filter-limits.ts';
import { instant } from './instant.ts';
import { jobId, jobState } from './job.ts';
import { someStates } from './some-states.ts';
import { text } from './text.ts';

const PAYLOAD = { error: 'expected JSON that the payload contains, e.g. {"user_account":"ada"}' };
const LIMIT = { error: `expected a whole number 1 to ${MAX_PAGE_SIZE}` };
const STATES = {
  error: `expected one of ${jobState.options.join(', ')}, or several, each given anew or with commas between them`,
};
const IDS = { error: `expected the id of a job, or a list of 1 to ${MAX_IDS} of them` };
const ATTEMPTS = { error: 'expected a whole number 0 to 99999' };
const CURSOR = { error: 'expected the next_cursor of another page' };

const CONDITIONS = {
  queue: text(FILTER_LENGTHS.queue).optional(),
  task: text(FILTER_LENGTHS.task).optional(),
  created_after: instant.optional(),
  created_before: instant.optional(),
  finished_after: instant.optional(),
  finished_before: instant.optional(),
  error: text(FILTER_LENGTHS.error)
    .optional()
    .openapi({ description: 'Part of the latest error, in any case.' }),
  worker: text(FILTER_LENGTHS.worker)
    .optional()
    .openapi({ description: 'pool_id of the worker that has or had it.' }),
  key: text(FILTER_LENGTHS.key).optional(),
  sequence: text(FILTER_LENGTHS.sequence).optional(),
  trace: hexadecimal(32, '0-9a-fA-F')
    .optional()
    .openapi({ description: 'Trace id of the traceparent header it was enqueued with.' }),
  failure: hexadecimal(16, '0-9a-f')
    .optional()
    .openapi({ description: 'Of this group of failures (GET /v1/failures), discarded or not ended.' }),
};

/** Which jobs, in a body. */
export const jobFilter = z
  .strictObject({
    ...CONDITIONS,
    id: z
      .union([jobId, z.array(jobId).min(1, IDS).max(MAX_IDS, IDS)], IDS)
      .transform((given) => [given].flat())
      .optional()
      .openapi({ description: 'With this id, or one of these.' }),
    attempts_above: attempts().optional().openapi({ description: 'With more runs than that so far.' }),
    attempts_below: attempts().optional().openapi({ description: 'With fewer runs than that so far.' }),
    state: someStates.optional().openapi({ description: 'In this state, or in one of these.' }),
    payload_contains: z
      .unknown()
      .transform(inShape)
      .optional()
      .openapi({ description: 'JSON that the payload contains, as Postgres’ @> has it.' }),
  })
  .openapi('JobFilter');

export type RequestedFilter = z.output<typeof jobFilter> & { q?: string | undefined };

type JobState = z.output<typeof jobState>;

/** For the typed client, which so refuses a misspelt state: all of a list, the first of a text. */
type StateList = JobState | `${JobState},${string}` | JobState[];

/** Which page of which jobs, in an address. */
export const jobQuery = z.strictObject({
  ...CONDITIONS,
  id: z
    .custom<string | string[]>((value) => typeof value === 'string' || Array.isArray(value), IDS)
    .transform(splitIds)
    .optional()
    .openapi({
      type: 'array',
      items: { type: 'string' },
      description: 'With one of these ids: given once for each, or once with commas between them.',
      param: { style: 'form', explode: true },
    }),
  attempts_above: attemptsText().openapi({ description: 'With more runs than that so far.' }),
  attempts_below: attemptsText().openapi({ description: 'With fewer runs than that so far.' }),
  state: z
    .custom<StateList>((value) => typeof value === 'string' || Array.isArray(value), STATES)
    .transform(splitStates)
    .optional()
    .openapi({
      type: 'array',
      items: { $ref: '#/components/schemas/JobState' },
      description: 'In one of these: given once for each, or once with commas between them.',
      param: { style: 'form', explode: true, example: ['discarded', 'retryable'] },
    }),
  payload_contains: z
    .string(PAYLOAD)
    .max(MAX_PAYLOAD_LENGTH, PAYLOAD)
    .transform(readJson)
    .optional()
    .openapi({
      type: 'string',
      description: 'JSON that the payload contains. Operators only.',
      example: '{"user_account":"ada"}',
    }),
  q: text(FILTER_LENGTHS.search)
    .optional()
    .openapi({ description: 'The job with this id, jobs with this key or with this in their latest error.' }),
  limit: z
    .string(LIMIT)
    .regex(/^\d{1,3}$/, LIMIT)
    .transform(Number)
    .pipe(z.int(LIMIT).min(1, LIMIT).max(MAX_PAGE_SIZE, LIMIT))
    .optional()
    .openapi({ type: 'integer', minimum: 1, maximum: MAX_PAGE_SIZE, default: 50 }),
  cursor: z
    .string(CURSOR)
    .regex(/^[A-Za-z0-9_-]{1,40}$/, CURSOR)
    .transform(decodeCursor)
    .optional()
    .openapi({ type: 'string', description: 'next_cursor of the page before.' }),
});

/** The cursor of the page after the job with this id. */
export function encodeCursor(id: string): string {
  return Buffer.from(`before:${id}`).toString('base64url');
}

function hexadecimal(digits: number, kind: '0-9a-f' | '0-9a-fA-F') {
  const error = { error: `expected ${digits} hexadecimal digits` };
  return z.string(error).regex(new RegExp(`^[${kind}]{${digits}}$`), error);
}

function attempts() {
  return z.int(ATTEMPTS).min(0, ATTEMPTS).max(99_999, ATTEMPTS);
}

function attemptsText() {
  const number = z
    .string(ATTEMPTS)
    .regex(/^\d{1,5}$/, ATTEMPTS)
    .transform(Number);
  return number.optional().openapi({ type: 'integer', minimum: 0, maximum: 99_999 });
}

function splitIds(given: string | string[], context: z.RefinementCtx): string[] {
  const ids = [given].flat().flatMap((list) => list.split(','));
  const parsed = z.array(jobId).max(MAX_IDS).safeParse(ids);
  if (parsed.success) return parsed.data;
  context.addIssue({ code: 'custom', message: IDS.error });
  return z.NEVER;
}

function splitStates(given: string | string[], context: z.RefinementCtx): JobState[] {
  const names = [given].flat().flatMap((list) => list.split(','));
  const parsed = z.array(jobState).safeParse(names);
  if (parsed.success) return parsed.data;
  context.addIssue({ code: 'custom', message: STATES.error });
  return z.NEVER;
}

function decodeCursor(cursor: string, context: z.RefinementCtx): string {
  const [, id] = /^before:([1-9]\d{0,17})$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (id !== undefined) return id;
  context.addIssue({ code: 'custom', message: CURSOR.error });
  return z.NEVER;
}

function readJson(value: string, context: z.RefinementCtx): unknown {
  try {
    if (findRoundedNumber(value) === undefined) return inShape(parseJson(value), context);
    context.addIssue({ code: 'custom', message: 'expected numbers that a double holds exactly' });
    return z.NEVER;
  } catch {
    context.addIssue({ code: 'custom', message: PAYLOAD.error });
    return z.NEVER;
  }
}

/** A part of payloads that there can be; JSON, so it has a text. */
function inShape(value: unknown, context: z.RefinementCtx): unknown {
  const mistake = findShapeMistake(value, '') ?? findUnstorableText(JSON.stringify(value) ?? '', '');
  if (mistake === undefined) return value;
  const [expected] = mistake.message.split(', received'); // which whoever describes the issue says of the whole
  const place = mistake.field === '' ? '' : `${mistake.field}: `;
  context.addIssue({ code: 'custom', message: `${place}${expected}` });
  return z.NEVER;
}
