import { findDateMistake } from '../../db/date-mistake.ts';
import { wholeNumberAt } from '../../db/exact-json.ts';
import { findShapeMistake } from '../../db/json-shape.ts';
import type { FieldMistake } from '../../errors.ts';
import type { BoundTask } from '../../tasks/bind.ts';
import type { TaskDefinition } from '../../tasks/define-task.ts';
import { isEncoded } from '../../tasks/encode-payload.ts';
import { SkipRetry } from '../../tasks/outcomes.ts';
import { parsePayload } from '../../tasks/parse-payload.ts';
import { exponentialDelay } from '../../tasks/retry-delay.ts';
import { describeTask } from '../../tasks/task-version.ts';
import { findMistakes } from './rounded-numbers.ts';
import type { Run } from './run-job.ts';
import type { Refusal } from './verdict.ts';

/** The next to take the job may well be a worker of the right version: it is soon to be had again. */
const amongTakers = exponentialDelay({ baseMs: 1_000, factor: 1.2, maxMs: 30_000 });

/** A deployment has to bring the right worker first. */
const withoutTakers = exponentialDelay({ baseMs: 2_000, maxMs: 300_000 });

/** Eight hours of the longest waits among takers. After so many a job pays for each further one, and so comes to an end. */
const MAX_FREE_MISFITS = 2_000;

/** The payload is of another version of the task, which some process has or had within the last hour. */
export class Misfit extends Error {
  override readonly name = 'MisfitError';
  readonly refusal: Refusal;
  readonly delayMs: number;

  constructor(message: string, refusal: Refusal, misfitCount: number) {
    super(message);
    this.refusal = refusal;
    this.delayMs = (refusal.isTakerAlive ? amongTakers : withoutTakers)(misfitCount, this);
  }
}

/**
 * The payload as the task's schema gives it, at once; as a promise where the database is asked. A whole number that a double
 * would round is a bigint before that, and refused
 * where the schema asks for a number.
 *
 * While a deployment rolls, workers of two versions of a task take jobs made for either. A payload that does not fit this
 * one may fit another, so only the database can say what becomes of its job. It is asked here, and nowhere else, for
 * payloads that do not fit: the rare case costs a statement, every other none. The answer cannot be too early: whoever
 * enqueued the job had announced its version before.
 *
 * @throws {Misfit} when another version that is around takes it, as far as SQL can tell: the run costs no attempt
 * @throws {SkipRetry} for more than 512 lists and objects within each other, or a member `__proto__`, which no schema sees;
 *   when no other version was around within the last hour, nor at an earlier run: it would not fit next
 *   time either
 * @throws {Error} when others are around, or were at an earlier run, and none takes it, or the database did not answer: a
 *   failure like any other.
 *   Each names the fields, never a value
 */
export function checkPayload<Services>(
  { definition }: Pick<BoundTask<Services>, 'definition'>,
  run: Pick<Run, 'payload' | 'payloadOfTick' | 'store' | 'misfitCount'>,
): unknown {
  refuseAtOnce(findShapeMistake(run.payload, 'payload', false));
  const parsed = parse(definition.payload, run);
  const mistakes = findMistakes(parsed, run.payload);
  if (parsed.success && isEncoded(definition.payload)) refuseAtOnce(findDateMistake(parsed.data, 'payload'));
  return parsed.success && mistakes.length === 0 ? parsed.data : refuse(definition, run, mistakes);
}

/**
 * What no version takes: a shape of before it was refused, or of a row that was written past every trigger; a Date that a codec
 * made of a text, which nobody else could read.
 */
function refuseAtOnce(mistake: FieldMistake | undefined): void {
  if (mistake) throw new SkipRetry(`malformed payload: ${mistake.field}: ${mistake.message}`);
}

async function refuse(
  definition: TaskDefinition,
  run: Pick<Run, 'payload' | 'store' | 'misfitCount'>,
  mistakes: readonly FieldMistake[],
): Promise<never> {
  const told = mistakes.map(({ field, message }) => `${field}: ${message}`);
  const malformed = `malformed payload: ${told.join('; ')}`;
  const { version } = describeTask(definition);
  const { isOtherAround, takenBy, isTakerAlive } = await run.store.weighMisfit(
    definition.name,
    version,
    run.payload,
  );
  if (!isOtherAround && run.misfitCount === 0) throw new SkipRetry(malformed);
  const misfit = `${malformed} (in schema version ${version}, which this worker has)`;
  if (takenBy === null || run.misfitCount >= MAX_FREE_MISFITS) throw new Error(misfit);
  throw new Misfit(`${misfit}; version ${takenBy} takes it`, { version, isTakerAlive }, run.misfitCount + 1);
}

function parse(
  schema: BoundTask<never>['definition']['payload'],
  { payload, payloadOfTick = payload }: Pick<Run, 'payload' | 'payloadOfTick'>,
) {
  const parsed = parsePayload(schema, payload, wholeNumberAt);
  if (parsed.success || payloadOfTick === payload) return parsed;
  const ofTick = parsePayload(schema, payloadOfTick, wholeNumberAt);
  return ofTick.success ? ofTick : parsed;
}
