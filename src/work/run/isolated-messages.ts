import type { RunningJob } from '../../tasks/task-context.ts';
import type { PackedError } from '../process/packed-error.ts';
import type { CompletedState, RunClaim } from './run-store.ts';
import type { Verdict } from './verdict.ts';

/** One run, for the thread that carries it out. */
export interface IsolatedRun {
  /** Address of the task's file. */
  readonly file: string;
  readonly job: RunningJob;
  /** As the schema made it. */
  readonly payload: unknown;
  readonly claim: RunClaim;
  /** Level of the worker's log. */
  readonly logLevel: string;
}

export type ToIsolated =
  | { kind: 'abort'; reason: PackedError }
  /** Answers `completing`. */
  | { kind: 'complete' };

export type PackedVerdict = { kind: Verdict['kind']; delayMs: number | undefined; error: PackedError };

export type FromIsolated =
  /** What is kept of what the handler returned. */
  | { kind: 'returned'; json: string | undefined; note: string | undefined }
  /** The handler threw; the verdict is by the task's policy. */
  | { kind: 'judged'; verdict: PackedVerdict; faults: PackedError[] }
  | { kind: 'progress'; percent: number; message: string | undefined }
  /** A line of the handler's log, as JSON. */
  | { kind: 'log'; line: string }
  /** The handler is about to complete its job in a transaction: nothing else may touch it from here on. */
  | { kind: 'completing' }
  /** It did, and the job ends in that state; whether the transaction commits is not known. */
  | { kind: 'completed'; state: CompletedState; note: string | undefined };
