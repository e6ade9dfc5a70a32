import type { SqlClient } from '../db/sql-client.ts';
import { command } from './command.ts';

/** What may become of jobs that have not ended: handed over as they are, or in the way (the default). */
export interface HandOverOptions {
  withJobs: boolean;
}

/**
 * Gives a task up, so that the next application that announces its name has it.
 *
 * @throws {HowdahError} `unknown_application`; `application_conflict` when the task is not its own, or in use
 */
export async function releaseTask(
  tx: SqlClient,
  { application, task, withJobs }: { application: string; task: string } & HandOverOptions,
): Promise<void> {
  await command(tx, 'howdah.release_task($1, $2, $3)', [application, task, withJobs]);
}

/**
 * Removes an application that is gone, with its tasks and schedules.
 *
 * @throws {HowdahError} `unknown_application`; `application_conflict` while a worker or a job of it is there
 */
export async function forgetApplication(
  tx: SqlClient,
  { application, withJobs }: { application: string } & HandOverOptions,
): Promise<void> {
  await command(tx, 'howdah.forget_application($1, $2)', [application, withJobs]);
}

/**
 * @throws {HowdahError} `unknown_application`; `application_conflict` when the new name is taken, or a worker has the old one;
 *   `invalid_options` when it is no name
 */
export async function renameApplication(tx: SqlClient, application: string, name: string): Promise<void> {
  await command(tx, 'howdah.rename_application($1, $2)', [application, name]);
}
