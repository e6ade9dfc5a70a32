import type { Naming } from '../naming.ts';
import { renderApplication, renderMigrations } from './apply-migrations.ts';
import { renderInstallation } from './install.ts';
import { JOURNAL } from './journal.ts';
import { isDone, type MigrationPlan } from './plan.ts';
import type { MigrationState } from './state.ts';
import { FIXED_PATH, TURN_LOCK } from './turns.ts';

const HEAD = `-- What "howdah migrate" would run in this database, in one transaction: all of it, or nothing.
-- For psql, as the role that is to own Howdah's schemas: psql -v ON_ERROR_STOP=1 -f FILE
-- It fits the database as it was when this was printed. Where something was migrated since, it fails and changes nothing.`;

export interface ScriptOptions {
  naming: Naming;
  /** Of a session that migrates. */
  searchPath: string;
}

/** What would bring a database to this version, for people to read and psql to run. A comment alone where nothing is due. */
export async function renderScript(
  plan: MigrationPlan,
  state: MigrationState,
  { naming, searchPath }: ScriptOptions,
): Promise<string> {
  if (isDone(plan)) return '-- Nothing is due.\n';
  const { installed, statement } = naming;
  const ours = [
    HEAD,
    'begin;',
    `${FIXED_PATH};`,
    ...(plan.hasJournal ? [] : [JOURNAL]),
    `${TURN_LOCK};`,
    ...(plan.migrations.length > 0 ? [heading("Howdah's tables"), renderMigrations(plan.migrations)] : []),
    ...(plan.sql === 'keep' && plan.restored.length === 0
      ? []
      : [
          heading("Howdah's views, functions and triggers, and the engine's schemas"),
          await renderInstallation(plan, state),
        ]),
  ];
  const applications = plan.applications.flatMap((each) => [
    heading(`The migrations of application "${each.application}"`),
    statement(renderApplication(each, searchPath)),
  ]);
  return `${[installed(ours.join('\n\n')), ...applications, 'commit;'].join('\n\n')}\n`;
}

function heading(text: string): string {
  return `-- ${text}`;
}
