import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runInNewContext } from 'node:vm';
import { toError } from '../../src/errors/to-error.ts';
import { HowdahError } from '../../src/errors.ts';
import * as ours from '../../src/tasks/outcomes.ts';
import { judge } from '../../src/work/run/judge.ts';

/** As a test runner that transforms modules loads it: the same file, evaluated again. */
async function copyOf<Module extends object>(path: string, first: Module): Promise<Module> {
  const copy: Module = await import(`../../src/${path}?copy`);
  assert.notEqual(copy, first);
  return copy;
}

const theirs = await copyOf('tasks/outcomes.ts', ours);
const job = { attempt: 1, maxAttempts: 26 };

test('what another copy of the package throws decides the fate of a job', () => {
  assert.equal(judge(new theirs.SkipRetry('hopeless'), { job }).kind, 'discard');
  assert.equal(judge(new theirs.Cancel('unwanted'), { job }).kind, 'cancel');
  assert.equal(judge(new theirs.Revoke('unwanted'), { job }).kind, 'cancel');
  const later = new theirs.Snooze(5_000);
  assert.deepEqual(judge(later, { job }), { kind: 'snooze', delayMs: 5_000, error: later });
  const limited = new theirs.RetryAfter(7_000, 'told to');
  assert.deepEqual(judge(limited, { job }), { kind: 'retry', delayMs: 7_000, error: limited });
});

test('a class that extends an outcome of another copy decides as that does, and is no other', () => {
  class Gone extends theirs.SkipRetry {}
  class Other extends ours.SkipRetry {}
  assert.equal(judge(new Gone('gone'), { job }).kind, 'discard');
  assert.ok(new Gone() instanceof ours.SkipRetry);
  assert.ok(new Gone() instanceof ours.Outcome);
  assert.ok(!(new Gone() instanceof ours.Revoke));
  assert.ok(!(new ours.SkipRetry() instanceof Other));
  assert.ok(!(new Error('plain') instanceof ours.Outcome));
});

test('an error of another copy is a HowdahError, with all that it says', async () => {
  const other = await copyOf('errors.ts', { HowdahError });
  const error: unknown = new other.HowdahError('wrong_state', { detail: 'it ran' });
  assert.ok(error instanceof HowdahError);
  assert.deepEqual([error.code, error.status, error.message], ['wrong_state', 409, 'it ran']);
  assert.ok(!(new Error('plain') instanceof HowdahError));
});

test('an error of another realm is an error, and not something thrown in place of one', () => {
  const foreign: unknown = runInNewContext('new TypeError("from afar")');
  assert.ok(!(foreign instanceof Error));
  assert.equal(toError(foreign), foreign);
});
