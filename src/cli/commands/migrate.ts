import { withSchema } from '../../config/database/database-address.ts';
import type { MigrateOptions } from '../../db/migration/migrate.ts';
import { APP_OPTIONS } from '../arguments/app-options.ts';
import type { Call, Command, ExitCode } from '../command.ts';
import { CommandError, UsageError } from '../command-error.ts';

export const migrate: Command = {
  about: [
    'Howdah’s tables, a schema for each of QUEUES, views, functions and triggers, then the application’s migrations.',
    'Every start does it too, unless AUTO_MIGRATE is off. Processes take turns; MIGRATE_TIMEOUT bounds the wait for locks.',
    'It needs the owner of Howdah’s schemas, and a direct address: DATABASE_DIRECT_URL, or else DATABASE_URL.',
  ],
  options: {
    ...APP_OPTIONS,
    check: {
      help: 'Change nothing, say what is due or was edited after it was applied, and exit with 1 if something is',
    },
    sql: { help: 'Change nothing, and print what would run, for psql' },
  },
  examples: [
    ['migrate', 'before the processes of a new version'],
    ['migrate --check', 'whether a deployment has to'],
    ['migrate --sql > howdah.sql', 'for those who review: psql -v ON_ERROR_STOP=1 -f howdah.sql runs it'],
  ],
  async run(call) {
    const { options } = call;
    if (options.isSet('check') && options.isSet('sql')) {
      throw new UsageError('expected --check or --sql, received both');
    }
    if (options.isSet('check')) return check(call);
    return options.isSet('sql') ? print(call) : bringUpToDate(call);
  },
};

async function bringUpToDate(call: Call): Promise<ExitCode> {
  const { migrateDatabase } = await import('../../db/migration/migrate.ts');
  const { connectionString } = await orRefuse(async () => {
    const options = await readOptions(call);
    await migrateDatabase(options);
    return options;
  });
  call.output.answer({ up_to_date: true }, 'The database is up to date.');
  const absent = await absentRoles(connectionString).catch(() => []);
  if (absent.length > 0) {
    call.output.complain(
      `the roles ${absent.join(', ')} were not made, for want of CREATEROLE: npx howdah doctor has the statements`,
    );
  }
  return 0;
}

/** Where the login has no CREATEROLE, Postgres says so in a notice, which nobody sees. */
async function absentRoles(connectionString: string): Promise<string[]> {
  const { openPatient } = await import('../doctor/open-patient.ts');
  await using session = await openPatient(connectionString);
  const { rows } = await session.query<{ role: string }>(
    `select g.role from howdah.missing_grants() g
     where not exists (select from pg_roles r where r.rolname = g.role) order by 1`,
  );
  return rows.map(({ role }) => role);
}

async function check(call: Call): Promise<ExitCode> {
  const { due, edited } = await look(call);
  const isUpToDate = due.length === 0;
  const text = isUpToDate ? ['The database is up to date.'] : ['Due:', ...due.map((each) => `  ${each}`)];
  const other = edited.length === 0 ? [] : ['Not as it was applied:', ...edited.map((each) => `  ${each}`)];
  call.output.answer({ up_to_date: isUpToDate, due, edited }, [...text, ...other].join('\n'));
  return isUpToDate && edited.length === 0 ? 0 : 1;
}

/** SQL whoever reads it, unless JSON is asked for by name. */
async function print(call: Call): Promise<ExitCode> {
  const { options, output } = call;
  const { script } = await look(call);
  if (options.isSet('json')) output.json({ sql: script });
  else output.write(script);
  return 0;
}

async function look(call: Call) {
  const { lookAtMigration } = await import('../../db/migration/look-at-migration.ts');
  return orRefuse(async () => lookAtMigration(await readOptions(call)));
}

type Options = MigrateOptions & Required<Pick<MigrateOptions, 'waitLimitMs' | 'onWait'>>;

async function readOptions({ output, findApp }: Call): Promise<Options> {
  const [
    { readMigrationSettings },
    { findEmbedded },
    { checkAddresses },
    { migrationTarget },
    { loadTasks },
  ] = await Promise.all([
    import('../../config.ts'),
    import('../connect.ts'),
    import('../../start/database/open-server.ts'),
    import('../../start/database/migration-target.ts'),
    import('../../app/load-tasks.ts'),
  ]);
  const settings = readMigrationSettings();
  const app = await findApp();
  const databaseUrl =
    settings.databaseUrl ?? withSchema(await findEmbedded(settings.dataDir), settings.schema);
  const { directUrl } = await checkAddresses(databaseUrl, settings.databaseDirectUrl);
  return {
    ...migrationTarget(settings, app && (await loadTasks(app))),
    connectionString: directUrl,
    waitLimitMs: settings.migrateTimeoutMs,
    onWait: (message) => output.complain(message),
    onEdited: (message) => output.complain(message),
  };
}

/** What says all there is to know ends the command with that sentence. */
async function orRefuse<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { isRefusal } = await import('../../start/database/prepare-database.ts');
    const { StartupError } = await import('../../start/startup-error.ts');
    if (error instanceof StartupError)
      throw new CommandError(error.message, { code: 'unavailable', cause: error });
    throw isRefusal(error) ? new CommandError(error.message, { cause: error }) : error;
  }
}
