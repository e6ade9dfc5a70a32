import type fc from 'fast-check';
import { toError } from '../../src/errors/to-error.ts';

/**
 * A failure says how to see it again: `MODEL_REPLAY='<seed> <path> <replayPath>'` before the test's command, which then
 * makes that very sequence of moves alone. Without it every run of the test draws other sequences. With the seed alone,
 * all sequences of that run are drawn again.
 */
export function replayed(): { seed?: number; path?: string; replayPath?: string; endOnFailure?: true } {
  const [seed, path, replayPath] = (process.env['MODEL_REPLAY'] ?? '').split(' ');
  if (!seed) return {};
  return { seed: Number(seed), ...(path && { path }), ...(replayPath && { replayPath }), endOnFailure: true };
}

/** Fails with the shortest sequence that was found, its cause and how to replay it. */
export function reportFailure<T>(details: fc.RunDetails<T>): void {
  if (!details.failed) return;
  const moves = details.counterexample === null ? '' : String(details.counterexample);
  const replayPath = /replayPath="([^"]*)"/.exec(moves)?.[1] ?? '';
  const cause = details.errorInstance;
  throw new Error(
    `${toError(cause).message}

after: ${moves}

shrunk ${details.numShrinks} times in run ${details.numRuns}; again with
MODEL_REPLAY='${details.seed} ${details.counterexamplePath} ${replayPath}' npx node --test test/model/sequential.test.ts`,
    { cause },
  );
}
