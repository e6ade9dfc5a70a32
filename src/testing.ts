/** `howdah/testing`: what the tests of an application are written with. */

export { type RecordedJob, RecordingDistributor } from './enqueue/recording-distributor.ts';
export { declareQueues } from './relay/rabbitmq/declare-queues.ts';
export {
  createTestDatabase,
  type TestDatabase,
  type TestDatabaseOptions,
} from './testing/create-test-database.ts';
export { type EnqueuedFilter, type EnqueuedRecord, enqueued } from './testing/enqueued.ts';
export type { RunOutcome } from './testing/outcome.ts';
export type { LogLine } from './testing/recording-logger.ts';
export { type DueRun, type RunDueOptions, runDue } from './testing/run-due.ts';
export { type RunTaskOptions, runTask, type TaskRun } from './testing/run-task.ts';
export {
  JobCancelledError,
  JobDeadlineError,
  JobLostError,
  JobTimeoutError,
  ShutdownError,
} from './work/run/abort-reasons.ts';
