import assert from 'node:assert/strict';
import type pg from 'pg';
import { VerdictError } from '../../src/work/run/verdict.ts';
import type { Fetched } from './engine-statements.ts';
import { type Failure, Refusal } from './queue-model.ts';
import type { RunnerName, Stage } from './stage.ts';
import type { StagedRunner } from './staged-runner.ts';

/** A runner as the model's moves know it. */
export interface Crew {
  readonly runner: StagedRunner;
  /** Why the database must refuse it; null while it lives. */
  retiredBecause: string | null;
  /** Jobs that its latest heartbeat said were at work. */
  beaten: string[];
  beats: number;
}

/** The database of one run, and who acts on it. */
export class World {
  readonly stage: Stage;
  readonly crews: Record<RunnerName, Crew>;
  /** Runners whose jobs were given to others; they still speak. */
  readonly ghosts: StagedRunner[] = [];
  /** The move under way must leave everything as it is. */
  isNoEffect = false;
  /** The job that the move under way brings back from the history. */
  revived: string | undefined;

  private constructor(stage: Stage, crews: Record<RunnerName, Crew>) {
    this.stage = stage;
    this.crews = crews;
  }

  static async create(stage: Stage): Promise<World> {
    await stage.reset();
    const crews = { A: await hire(stage, 'A'), B: await hire(stage, 'B'), C: await hire(stage, 'C') };
    return new World(stage, crews);
  }

  /** The first column of the operator's first row. */
  async ask<T>(text: string, values: unknown[] = []): Promise<T> {
    const { rows } = await this.stage.operator.query({ text, values, rowMode: 'array' });
    return (rows as unknown as T[][])[0]?.[0] as T;
  }

  async replaceCrew(name: RunnerName): Promise<void> {
    const { runner } = this.crews[name];
    await runner.untilCutOff();
    this.ghosts.push(runner);
    await this.ghosts.splice(0, this.ghosts.length - 3)[0]?.close();
    this.crews[name] = await hire(this.stage, name);
  }
}

async function hire(stage: Stage, name: RunnerName): Promise<Crew> {
  return { runner: await stage.addRunner(name), retiredBecause: null, beaten: [], beats: 0 };
}

/** Both do the same: the same answer, or the same refusal. */
export async function assertAgree<T>(expect: () => T, act: () => Promise<T>): Promise<void> {
  let expected: T | undefined;
  let refusal: string | undefined;
  try {
    expected = expect();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    refusal = error.code;
  }
  if (refusal !== undefined) await assertRefused(act, refusal);
  else assert.deepEqual(await act(), expected);
}

export async function assertRefused(act: () => Promise<unknown>, ...codes: string[]): Promise<void> {
  const code = await act().then(
    () => 'nothing',
    (error: { code?: string; message?: string }) => error.code ?? `${error.message}`,
  );
  assert.ok(codes.includes(code), `expected ${codes.join(' or ')}, received ${code}`);
}

/** A worker's words about a run of its. */
export const WORDS = ['complete', 'completeMany', 'fail', 'giveBack', 'completeInTransaction'] as const;
export type Word = (typeof WORDS)[number];

/** @param handler the connection on which a handler completes its job in a transaction */
export async function speak(
  runner: StagedRunner,
  runs: Fetched[],
  { word, failure, handler }: { word: Word; failure: Failure; handler: pg.Client },
): Promise<void> {
  if (word === 'complete') for (const run of runs) await runner.say((engine) => engine.completeHeld([run]));
  if (word === 'completeMany') await runner.say((engine) => engine.complete(runs));
  if (word === 'fail') await runner.say((engine) => engine.fail(runs, messageOf(failure)));
  if (word === 'giveBack') await runner.say((engine) => engine.giveBack(runs));
  if (word !== 'completeInTransaction') return;
  for (const run of runs) {
    await handler.query('select howdah.complete_in_transaction($1, $2, $3, $4)', runner.identityOf(run));
  }
}

/** What a failed run's text is in the engine's statement. */
function messageOf({ kind, delayMs, message }: Failure): string {
  if (kind === 'plain') return message;
  const error = new Error(message);
  const hasDelay = kind === 'retry' || kind === 'snooze';
  return new VerdictError(hasDelay ? { kind, delayMs, error } : { kind, error }).message;
}
