import { setTimeout as sleep } from 'node:timers/promises';
import type { Context } from 'hono';
import type { Database } from '../../../db/database.ts';
import { HowdahError } from '../../../errors.ts';
import type { AppEnv } from '../../../http/app-dependencies.ts';
import { actorOf } from '../../../http/callers/actor-of.ts';
import { claimBulk, goOn } from '../../../http/commands/bulk-under-key.ts';
import type { MatchingProgress } from '../../../operate/change-matching.ts';
import { type Claimed, type KeyedRequest, readKey, storeAnswer } from '../../../operate/idempotency-keys.ts';
import { outcomeOf } from '../../../operate/run-bulk.ts';
import { transactionAs } from '../../../operate/transaction-as.ts';
import { presentBulk } from '../../../wire/present-bulk.ts';
import type { BulkReport } from '../../../wire/schemas/bulk.ts';
import type { DashboardDependencies } from '../../dependencies.ts';
import { type BulkWork, keyOf } from './bulk-work.ts';

/** One step of work on all that match. */
export interface Step extends BulkWork {
  /** Whether it is broken off here. */
  isStop: boolean;
}

/** What was done by now. */
export interface StepResult {
  report: BulkReport;
  isOver: boolean;
  isBrokenOff: boolean;
}

/** Jobs of a step at most, and how long it goes on: the page shall answer, and the work can be broken off. */
const STEP_JOBS = 2_000;
const STEP_MS = 2_000;

const IN_USE_MS = 10_000;
const LOOK_AGAIN_MS = 200;

const NOTHING: Pick<MatchingProgress, 'matched' | 'changed'> = { matched: 0, changed: 0 };

/**
 * Does the next part of the work, or breaks it off. Sent anew it goes on where it was; once it is over it changes nothing and
 * has the same report. What a step did stands.
 */
export async function takeStep(
  c: Context<AppEnv>,
  deps: DashboardDependencies,
  step: Step,
): Promise<StepResult> {
  const keyed = keyOf(step);
  const { answer, progress } = await claimWhenFree(c, deps, keyed);
  if (answer !== undefined) return over(answer);
  const from = progress as MatchingProgress | undefined;
  return step.isStop ? breakOff(c, deps, { step, from }) : work(c, deps, { step, keyed, from });
}

/**
 * What is known of work that was begun: how far it had come when its latest step ended, or its report. Undefined for work
 * that was not begun, or more than a day ago. Changes nothing.
 */
export async function recallWork(db: Database, work: BulkWork): Promise<StepResult | undefined> {
  const known = await readKey(db, keyOf(work));
  if (!known) return undefined;
  if (known.answer !== undefined) return over(known.answer);
  const done = { ...((known.progress as MatchingProgress | undefined) ?? NOTHING), isComplete: false };
  return { report: presentBulk(outcomeOf(work.order.action, done)), isOver: false, isBrokenOff: false };
}

function over(answer: unknown): StepResult {
  const { isBrokenOff = false, ...report } = answer as BulkReport & { isBrokenOff?: boolean };
  return { report, isOver: true, isBrokenOff };
}

interface Begun {
  step: Step;
  from: MatchingProgress | undefined;
}

async function work(
  c: Context<AppEnv>,
  { db, events, stopping }: DashboardDependencies,
  { step, keyed, from }: Begun & { keyed: KeyedRequest },
): Promise<StepResult> {
  const { action, filter = {} } = step.order;
  const enough = new AbortController();
  const until = [c.req.raw.signal, AbortSignal.timeout(STEP_MS), enough.signal, stopping];
  const result = await goOn(db, {
    ...{ action, filter, max: step.max, reason: step.reason, keyed, events, from },
    actor: actorOf(c),
    signal: AbortSignal.any(until.filter((each) => each !== undefined)),
    onProgress: ({ matched }) => matched - (from?.matched ?? 0) >= STEP_JOBS && enough.abort(),
  });
  return { report: presentBulk(outcomeOf(action, result)), isOver: result.isOver, isBrokenOff: false };
}

/** What was done becomes the report, so that no step follows. */
async function breakOff(
  c: Context<AppEnv>,
  { db }: DashboardDependencies,
  { step, from }: Begun,
): Promise<StepResult> {
  const done = { ...(from ?? NOTHING), isComplete: false };
  const report = presentBulk(outcomeOf(step.order.action, done));
  await transactionAs(db, actorOf(c), (tx) => storeAnswer(tx, step.key, { ...report, isBrokenOff: true }));
  return { report, isOver: true, isBrokenOff: true };
}

/**
 * Whoever breaks off, or presses twice, leaves the step before at work: it notices that nobody waits for it when its batch of
 * jobs is done, and gives the key back.
 */
async function claimWhenFree(
  c: Context<AppEnv>,
  { db }: DashboardDependencies,
  keyed: KeyedRequest,
): Promise<Claimed> {
  const endAt = performance.now() + IN_USE_MS;
  for (;;) {
    try {
      return await claimBulk(db, actorOf(c), keyed);
    } catch (error) {
      const isInUse = error instanceof HowdahError && error.code === 'idempotency_key_in_use';
      if (!isInUse || performance.now() > endAt) throw error;
      await sleep(LOOK_AGAIN_MS);
    }
  }
}
