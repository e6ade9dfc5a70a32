import type { z } from 'zod';
import { POLICY } from './check-policy.ts';
import type { GivenPayload } from './given-payload.ts';
import { schemaMistakes } from './schema-mistakes.ts';
import type { SchemaDef } from './schema-parts.ts';

/** Retries when neither the task nor the enqueue says otherwise: 25 retries are 26 runs, as in asynq. */
const DEFAULT_MAX_RETRIES = 25;

/** Time limit of one run when neither the task nor the enqueue says otherwise: 30 minutes, as in asynq. */
const DEFAULT_TIMEOUT_MS = 30 * 60_000;

const SETTINGS: readonly string[] = [
  'name',
  'payload',
  'queue',
  'maxRetries',
  'timeoutMs',
  'orderBy',
  'version',
] satisfies (keyof TaskSettings<unknown>)[];

const TASK_NAME = /^[A-Za-z0-9_-]{1,128}$/;
const QUEUE_NAME = /^[a-z][a-z0-9_]{0,39}$/;

/** Of a type alone: nothing has such a member. */
declare const GIVEN: unique symbol;

/**
 * A task's contract: plain data that producers and workers share. The code that runs it lives in `tasks/`.
 *
 * @typeParam Payload what its handler gets
 * @typeParam Given what an enqueue is given ({@link GivenPayload})
 */
export interface TaskDefinition<Payload = unknown, Given = Payload> {
  readonly [GIVEN]?: Given;
  /** Identifier, and the name of the file in `tasks/` that runs it. Letters, digits, `_` and `-`, at most 128. */
  readonly name: string;
  /**
   * Checked before a job is written and again before it runs. What goes into it is JSON, and what an enqueue is given; a
   * `transform` and a `default` work on the way to the handler. What a codec (`z.codec`) makes is given by an enqueue in TypeScript
   * too, encoded, and decoded for the handler.
   */
  readonly payload: z.ZodType<Payload>;
  /** Queue of a job whose enqueue names none. */
  readonly queue: string;
  /** Runs after the first one; 0 means a single run. 0 to 32,766. */
  readonly maxRetries: number;
  /** Time limit of one run in milliseconds; 0 means none. */
  readonly timeoutMs: number;
  /**
   * Field of the payload whose value is the sequence of a job whose enqueue names none: jobs with the same value run one at a time,
   * in the order of their commits. It is what is kept that counts: text, a number, true or false. A job without it is in no sequence.
   */
  readonly orderBy?: string;
  /** Tells definitions apart that differ in what JSON Schema cannot say, such as a `refine`. 1 to 100 characters. */
  readonly version?: string;
}

export interface TaskSettings<Payload, Schema = z.ZodType<Payload>> {
  name: string;
  payload: Schema;
  /** @default 'default' */
  queue?: string;
  /** @default 25 */
  maxRetries?: number;
  /** @default 1_800_000 (30 minutes) */
  timeoutMs?: number;
  /** A member of the payload. Sequences have one name for all tasks, so let values of different kinds differ. @default none */
  orderBy?: string;
  /** To be changed with every change of a `refine`; other changes are noticed without. @default none */
  version?: string;
}

/**
 * A frozen task definition with the defaults filled in.
 *
 * @throws {TypeError} naming every setting that is out of range, with what was received, and every part of the payload's
 *   schema that JSON has no form for, with what to use instead
 */
export function defineTask<Schema extends z.ZodType>(
  settings: TaskSettings<z.output<Schema>, Schema>,
): TaskDefinition<z.output<Schema>, GivenPayload<Schema>>;
export function defineTask<Payload>(settings: TaskSettings<Payload>): TaskDefinition<Payload>;
export function defineTask<Payload>(settings: TaskSettings<Payload>): TaskDefinition<Payload> {
  if (typeof settings !== 'object' || settings === null)
    throw new TypeError(`Task definition: expected an object with name and payload, received ${settings}`);
  const definition: TaskDefinition<Payload> = {
    queue: 'default',
    maxRetries: DEFAULT_MAX_RETRIES,
    timeoutMs: DEFAULT_TIMEOUT_MS,
    ...settings,
  };
  const mistakes = findMistakes(definition);
  if (mistakes.length > 0)
    throw new TypeError(`Task definition "${definition.name}": ${mistakes.join('; ')}`);
  return Object.freeze(definition);
}

/** Whether a name can be a queue: it becomes part of a Postgres schema name, so it is short and plain. */
export function isQueueName(name: string): boolean {
  return QUEUE_NAME.test(name);
}

function findMistakes(definition: TaskDefinition<never> | TaskDefinition): string[] {
  const mistakes = Object.keys(definition).flatMap(nameMistake);
  if (typeof definition.name !== 'string' || !TASK_NAME.test(definition.name)) {
    mistakes.push(`name: expected 1 to 128 of A-Z a-z 0-9 _ -, received ${JSON.stringify(definition.name)}`);
  }
  if (!isQueueName(definition.queue)) {
    mistakes.push(`queue: expected ${QUEUE_NAME}, received ${JSON.stringify(definition.queue)}`);
  }
  if (!isWholeNumber(definition.maxRetries, 32_766)) {
    mistakes.push(`maxRetries: expected a whole number from 0 to 32766, received ${definition.maxRetries}`);
  }
  if (!isWholeNumber(definition.timeoutMs, 2_147_483_647)) {
    mistakes.push(
      `timeoutMs: expected a whole number from 0 to 2147483647, received ${definition.timeoutMs}`,
    );
  }
  const { orderBy, version } = definition;
  if (orderBy !== undefined && !isMember(definition.payload as z.ZodType<unknown>, orderBy)) {
    mistakes.push(`orderBy: expected a member of the payload, received ${JSON.stringify(orderBy)}`);
  }
  if (version !== undefined && (typeof version !== 'string' || !/^.{1,100}$/s.test(version))) {
    mistakes.push(`version: expected 1 to 100 characters, received ${JSON.stringify(version)}`);
  }
  return [...mistakes, ...schemaMistakes(definition.payload as z.ZodType<unknown>)];
}

/** One that is misspelt would be none, and a task have 25 retries that was to have 3. */
function nameMistake(name: string): string[] {
  if (SETTINGS.includes(name)) return [];
  const isPolicy = POLICY.includes(name);
  return [`${name}: there is no such setting${isPolicy ? ', but one of the policy beside the handler' : ''}`];
}

function isWholeNumber(value: number, max: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= max;
}

/** Whether payloads may have such a member, as far as that is to be seen: those of a union and the like may have any. */
function isMember(payload: z.ZodType<unknown>, name: unknown): boolean {
  if (typeof name !== 'string' || name === '') return false;
  const { def } = (payload as unknown as { _zod?: { def: SchemaDef } })._zod ?? {};
  if (!def) return true; // which is told as a mistake of the payload
  const { type, shape, catchall } = def;
  if (type !== 'object' || shape === undefined)
    return !['string', 'number', 'boolean', 'array'].includes(type);
  return name in shape || (catchall !== null && catchall !== undefined && catchall._zod.def.type !== 'never');
}
