/** `howdah`: everything that a program of your own works with. */

export { z } from 'zod';
export {
  type App,
  type AppOptions,
  defineApp,
  type RouteContext,
  type ServiceContext,
} from './app/define-app.ts';
export { defineHandle, type Handle } from './app/define-handle.ts';
export { EnvironmentReader as SettingsReader } from './config/environment-reader.ts';
export { Mistake } from './config/mistakes/mistake.ts';
export { durationParser } from './config/settings/duration.ts';
export type { JobLink } from './config/settings/link.ts';
export type { GivenWebhooks } from './config/webhook/given-webhooks.ts';
export {
  ConfigError,
  type ConfigProblem,
  type QueueSetting,
  type ReadSettings,
  type Role,
  type SettingsContext,
} from './config.ts';
export { type DatabaseHandle, openDatabase } from './db/connections/open-database.ts';
export { inOrder } from './db/in-order.ts';
export type { PgQueryable, SqlClient } from './db/sql-client.ts';
export { transact } from './db/transact.ts';
export type { EnqueueOptions, KeyMode } from './enqueue/enqueue-options.ts';
export { PostgresDistributor } from './enqueue/postgres-distributor.ts';
export { type RecordedJob, RecordingDistributor } from './enqueue/recording-distributor.ts';
export type { EnqueuedJob, NewJob, TaskDistributor } from './enqueue/task-distributor.ts';
export { causesOf } from './errors/causes-of.ts';
export { describeError, type ErrorDescription } from './errors/describe-error.ts';
export { type ErrorCode, type ErrorKind, type FieldMistake, HowdahError } from './errors.ts';
export { createHowdah } from './howdah/create-howdah.ts';
export type {
  BulkCommand,
  BulkOperator,
  BulkOptions,
  FindOptions,
  Howdah,
  ReasonOptions,
  RemoveQueueOptions,
  WaitOptions,
} from './howdah/howdah.ts';
export type { HowdahOptions } from './howdah/howdah-options.ts';
export type { BrokerState } from './look/brokers.ts';
export type { Canary, CanaryJob, CanaryOutcome } from './look/canaries.ts';
export type { Explanation } from './look/explain-job.ts';
export type { FailureGroup, FailureGroups, FailureRange } from './look/failure-groups.ts';
export {
  FINISHED_STATES,
  isFinished,
  type Job,
  type JobError,
  type JobState,
  type JobSummary,
  LIVE_STATES,
} from './look/job.ts';
export type { JobFilter } from './look/job-filter.ts';
export type { JobPage } from './look/list-jobs.ts';
export type { QueueStats } from './look/queue-stats.ts';
export type { Schedule } from './look/schedules.ts';
export type { MessageSource } from './look/sources.ts';
export type { KnownTask } from './look/tasks.ts';
export type { Worker, WorkerBroker } from './look/workers.ts';
export { createEventHub, type EventHub } from './observability/event-hub.ts';
export type { HowdahEvents } from './observability/events.ts';
export type { Logger } from './observability/logger.ts';

export type { BulkOutcome } from './operate/run-bulk.ts';
export type { CanaryOptions } from './operate/start-canary.ts';
export type { Check, Readiness } from './start/http/readiness.ts';

export type { Service } from './start/service.ts';
export { runApp, type StartOptions, startApp } from './start/start-app.ts';
export { migrate, startWorker } from './start/start-worker.ts';
export { StartupError } from './start/startup-error.ts';
export type {
  MigrateDatabaseOptions,
  RunningWorker,
  WorkerOptions,
} from './start/worker-options.ts';
export type { BoundTask, Classification, Handler, TaskPolicy } from './tasks/bind.ts';
export { defineTask, type TaskDefinition } from './tasks/define-task.ts';
export type { GivenSource } from './tasks/given-source.ts';
export { lease } from './tasks/lease.ts';
export { Cancel, Outcome, RetryAfter, Revoke, SkipRetry, Snooze } from './tasks/outcomes.ts';
export { publish } from './tasks/publish.ts';
export {
  asynqDelay,
  exponentialDelay,
  fixedDelay,
  linearDelay,
  type RetryDelay,
} from './tasks/retry-delay.ts';
export type { KafkaRoute, RabbitmqRoute, RouteTarget, WebhookRoute } from './tasks/route-target.ts';
export type { RunningJob, TaskContext } from './tasks/task-context.ts';
export type { TaskProcessor } from './work/processor.ts';
