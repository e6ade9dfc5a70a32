import type { Pool, PoolClient } from 'pg';
import { LockWaitError } from '../../db/locks/lock-wait.ts';
import { type UnblockedOptions, untilUnblocked } from '../../db/locks/until-unblocked.ts';
import { readInstallationProblem } from '../../operate/installation.ts';
import type { QueueConcurrency } from '../../work/processor.ts';
import { StartupError } from '../startup-error.ts';

export interface RegisterWait extends Omit<UnblockedOptions, 'purpose'> {
  queues: readonly QueueConcurrency[];
  /** Names of the tasks that the runners will have. */
  tasks: readonly string[];
}

/**
 * Resolves when nobody's locks are in the way of registering runners for these queues; for whom it waits is told.
 *
 * @throws {StartupError} when somebody held a lock for too long
 */
export async function awaitRegister(pool: Pool, { queues, tasks, ...wait }: RegisterWait): Promise<void> {
  try {
    await untilUnblocked(pool, { ...wait, purpose: 'register the runners' }, (client) =>
      touchRegister(client, queues, tasks),
    );
  } catch (error) {
    throw error instanceof LockWaitError ? new StartupError(error.message) : error;
  }
}

/** Locks what showing life and registering lock (show_life.sql, register_runner.sql), in its order. In a copy that nobody adopted, nothing is registered. */
async function touchRegister(
  client: PoolClient,
  queues: readonly QueueConcurrency[],
  tasks: readonly string[],
): Promise<void> {
  if ((await readInstallationProblem(client)) !== null) return;
  await client.query('lock table howdah.runner_sessions in row exclusive mode');
  await client.query(
    'select howdah.configure_fleet_concurrency(q.name, q.runs) from unnest($1::text[], $2::integer[]) q (name, runs)',
    [queues.map(({ name }) => name), queues.map(({ fleetConcurrency }) => fleetConcurrency ?? null)],
  );
  await client.query('select howdah.hold_queue(q.name) from unnest($1::text[]) q (name)', [
    queues.map(({ name }) => name),
  ]);
  await client.query('select from howdah.tasks t where t.name = any ($1) order by t.name for share', [tasks]);
  await client.query('lock table howdah.runners in row exclusive mode');
}
