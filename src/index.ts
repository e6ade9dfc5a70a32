/** `howdah`: everything that a program of your own works with. */

export { z } from 'zod';
export {
  type App,
  type AppOptions,
  defineApp,
  type RouteContext,
  type ServiceContext,
} from './app/define-app.ts';
export { durationParser } from './config/duration.ts';
export { EnvironmentReader as SettingsReader } from './config/environment-reader.ts';
export { Mistake } from './config/mistake.ts';
export {
  ConfigError,
  type ConfigProblem,
  type ReadSettings,
  type Role,
  type SettingsContext,
} from './config.ts';
export type { EnqueueOptions } from './enqueue/enqueue-options.ts';
export { PostgresDistributor } from './enqueue/postgres-distributor.ts';
export { RecordingDistributor } from './enqueue/recording-distributor.ts';
export type { EnqueuedJob, NewJob, TaskDistributor } from './enqueue/task-distributor.ts';
export { type ErrorKind, HowdahError } from './errors.ts';
export type { BoundTask, Handler, TaskPolicy } from './tasks/bind.ts';
export { defineTask, type TaskDefinition } from './tasks/define-task.ts';
export { RetryAfter, Revoke, SkipRetry, Snooze } from './tasks/outcomes.ts';
export { asynqDelay, exponentialDelay, fixedDelay, type RetryDelay } from './tasks/retry-delay.ts';
export type { RunningJob, TaskContext } from './tasks/task-context.ts';
