import type { ClientBase } from 'pg';
import { createClient } from '../connections/connection.ts';
import { namingAt } from '../naming.ts';
import { findLaggingSequences } from '../schema/advance-sequences.ts';
import { explainDenial } from './due-error.ts';
import { describeEdited } from './edited-migrations.ts';
import { OWN_PATH } from './own-path.ts';
import { describeDue, isDone, type MigrationPlan, type MigrationTarget, planMigration } from './plan.ts';
import { renderScript } from './render-script.ts';
import { readState } from './state.ts';
import { lookingSettings, Turns } from './turns.ts';

export interface LookOptions extends MigrationTarget {
  connectionString: string;
  /** Most that a look may wait for locks of others, in milliseconds. */
  waitLimitMs: number;
  /** Told in a sentence for whom it waits. */
  onWait: (message: string) => void;
}

/** What `migrateDatabase` would do. */
export interface DueMigration {
  /** In words, one thing each; none when it would do nothing. */
  due: readonly string[];
  /** Applied migrations whose files are others by now, in a sentence each. */
  edited: readonly string[];
  /** For people to read and psql to run. */
  script: string;
}

/**
 * What is due in a database, which stays as it is.
 *
 * @throws as `migrateDatabase` does where that would refuse
 */
export async function lookAtMigration(options: LookOptions): Promise<DueMigration> {
  const { connectionString } = options;
  const naming = namingAt(connectionString);
  const client = createClient({
    connectionString,
    applicationName: 'howdah migrate',
    settings: lookingSettings(connectionString),
  });
  await client.connect();
  const turns = new Turns({ client, ...options });
  let plan: MigrationPlan | undefined;
  try {
    return await turns.look('look at what is installed', async () => {
      const state = await readState(client);
      plan = planMigration(state, options);
      const script = await renderScript(plan, state, { naming, searchPath: await readSearchPath(client) });
      const edited = plan.edited.map((each) => naming.installed(describeEdited(each)));
      const lagging = isDone(plan) ? await findLaggingSequences(client) : [];
      if (lagging.length === 0) return { due: describeDue(plan), edited, script };
      const names = lagging.map(({ name }) => name).join(', ');
      return {
        due: [`moving the sequences ${names} past the ids that are taken`],
        edited,
        script: naming.installed('select howdah.advance_sequences();\n'),
      };
    });
  } catch (error) {
    throw await explainDenial(client, { error, plan });
  } finally {
    await turns.close();
    await client.end().catch(() => {});
  }
}

async function readSearchPath(client: Pick<ClientBase, 'query'>): Promise<string> {
  const { rows } = await client.query<{ path: string }>(`select ${OWN_PATH} as path`);
  return rows[0]?.path ?? 'public';
}
