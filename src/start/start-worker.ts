import type { MigrateDatabaseOptions, RunningWorker, WorkerOptions } from './worker-options.ts';

/**
 * A worker in this process, beside whatever else that does: it takes no signals unless it is told to, never ends the process
 * and writes nothing but to the given logger. The engine is loaded when this is called, so that a program that only enqueues
 * does without. A process may have several.
 *
 * @throws {ConfigError} with every mistake in the options, those that there are not among them, and in the application’s own settings
 * @throws {StartupError} for what somebody must change first: no connection, a database of another version, a crontab with
 *   mistakes, tasks of another application
 * @throws {TypeError} for tasks that cannot be loaded
 * @throws the reason of `signal` when it fired before the worker was up; what was opened is closed again
 */
export async function startWorker<Services, Settings>(
  options: WorkerOptions<Services, Settings>,
): Promise<RunningWorker> {
  const { runWorker } = await import('./run-worker.ts');
  return runWorker(options);
}

/**
 * Brings the database to this version, as `npx howdah migrate` does, and the application's own migrations with it; announces
 * its tasks and schedules. Safe with many at once, and does nothing where nothing is due.
 *
 * @throws {ConfigError} and {StartupError} as `startWorker`
 */
export async function migrate(options: MigrateDatabaseOptions = {}): Promise<void> {
  const { migrateByProgram } = await import('./database/migrate-by-program.ts');
  return migrateByProgram(options);
}
