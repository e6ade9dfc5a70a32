import pg from 'pg';
import { namingOfClient } from '../naming.ts';
import { engineStatements, LOCKED_JOBS } from '../schema/engine-schema.ts';
import { queueSchema } from '../schema/queue-schema.ts';
import {
  fingerprint,
  renderAddition,
  renderExhausted,
  renderRegistration,
  renderRemoval,
  renderRepeatableSql,
} from '../schema/repeatable-sql.ts';
import { sqlRevision } from '../schema/sql-revision.ts';
import { MigrationFailedError } from './apply-migrations.ts';
import type { MigrationPlan } from './plan.ts';
import type { MigrationState } from './state.ts';

/**
 * All in one statement text. Old and new commit together, so no job ends without its triggers in between.
 *
 * @throws {MigrationFailedError} naming what somebody built on a view or function that is to be replaced
 */
export async function install(
  client: pg.ClientBase,
  plan: MigrationPlan,
  state: MigrationState,
): Promise<void> {
  const text = namingOfClient(client).installed(await renderInstallation(plan, state));
  try {
    await client.query(text);
  } catch (error) {
    throw explain(error);
  }
}

/** Somebody built on a view or function of Howdah's. */
const DEPENDED_ON = '2BP01';

/** Engine schemas, views, functions and triggers that are due, for a transaction. */
export async function renderInstallation(plan: MigrationPlan, state: MigrationState): Promise<string> {
  const { queues, newQueues } = plan;
  if (plan.sql === 'keep') return renderRestoring(plan);
  const text = renderRepeatableSql(queues);
  const parts =
    plan.sql === 'replace'
      ? [
          renderRemoval({ withTriggers: plan.hasOlderEngine }),
          await renderEngines(queues, state),
          text,
          renderExhausted(queues),
        ]
      : [await renderEngines(newQueues, state), renderAddition(queues, newQueues)];
  return [
    ...parts,
    'delete from howdah.installed_sql;',
    `insert into howdah.installed_sql (fingerprint, revision) values ('${fingerprint(text)}', ${sqlRevision()});`,
    renderRestoring(plan),
  ].join('\n');
}

/** Makes queues again that were removed, once the function is there. */
function renderRestoring({ restored }: MigrationPlan): string {
  return restored.map((queue) => `select howdah.restore_queue(${pg.escapeLiteral(queue)});`).join('\n');
}

function explain(error: unknown): unknown {
  if (!(error instanceof pg.DatabaseError)) return error;
  if (error.code === DEPENDED_ON) {
    return new MigrationFailedError(
      `a new version cannot replace what others built on: ${error.detail}: drop it, migrate, and make it again (nothing was changed)`,
      { cause: error },
    );
  }
  if (error.code !== LOCKED_JOBS) return error;
  return new Error(
    'jobs are locked in a schema of an older graphile-worker: stop its workers and unlock what they held first',
    { cause: error },
  );
}

async function renderEngines(queues: readonly string[], { engines }: MigrationState): Promise<string> {
  const parts = queues.map(async (queue) => {
    const schema = queueSchema(queue);
    return (await engineStatements(schema, engines.get(schema))) + renderRegistration(queue);
  });
  return (await Promise.all(parts)).join('\n');
}
