import type { AnyApp } from '../../app/define-app.ts';
import { type LoadedApp, loadTasks } from '../../app/load-tasks.ts';
import { parseDatabaseAddress, withSchema, withSessions } from '../../config/database/database-address.ts';
import { type Config, ConfigError, configWarnings, readConfig } from '../../config.ts';
import type { ForeignSetting } from '../../db/connections/look-at-sessions.ts';
import type { Session } from '../../db/connections/session.ts';
import { embeddedAddress } from '../../db/embedded/address.ts';
import { sqlStateOf } from '../../db/sql-state.ts';
import { readSchedules } from '../../start/announce/read-schedules.ts';
import { lookAt } from '../../start/database/check-connection.ts';
import { StartupError } from '../../start/startup-error.ts';
import { checkBrokers } from './check-brokers.ts';
import { checkDatabase } from './check-database.ts';
import { checkDefaults } from './check-defaults.ts';
import { checkEnds } from './check-ends.ts';
import { checkFleet } from './check-fleet.ts';
import { checkHandlers } from './check-handlers.ts';
import { checkRescue } from './check-rescue.ts';
import { checkRoutes, readRoutes } from './check-routes.ts';
import { checkSchedules } from './check-schedules.ts';
import { checkSources } from './check-sources.ts';
import { checkUpkeep } from './check-upkeep.ts';
import { checkVacuum } from './check-vacuum.ts';
import { error, type Finding, ok, warning } from './finding.ts';
import { guarded } from './guarded.ts';
import { judgeSessions } from './judge-sessions.ts';
import { openPatient } from './open-patient.ts';

/**
 * Everything about this deployment that can be checked from here, in the order in which it would be mended.
 *
 * @param app the application; without one its settings, tasks and crontab are not looked at
 */
export async function examine(app: AnyApp | undefined): Promise<Finding[]> {
  let config: Config;
  try {
    config = readConfig({ readSettings: app?.readSettings });
  } catch (mistake) {
    if (!(mistake instanceof ConfigError)) throw mistake;
    return [error(mistake.message, 'correct the environment; the README lists every setting')];
  }
  const own = app?.warn?.(config.settings, { environment: config.environment, role: 'all' }) ?? [];
  const warnings = [...configWarnings(config), ...own].map((text) => warning(text, 'see the README'));
  const findings = [ok(`configuration (${config.environment})`), ...warnings];
  if (!app) return [...findings, NO_APP, ...(await checkServer(config, undefined))];
  try {
    return [...findings, ...(await checkServer(config, await loadTasks(app)))];
  } catch (mistake) {
    if (!(mistake instanceof TypeError)) throw mistake;
    return [
      ...findings,
      error(mistake.message, 'correct the file'),
      ...(await checkServer(config, undefined)),
    ];
  }
}

const NO_APP = warning(
  'no application: tasks, crontab and settings of its own were not looked at',
  'run it where howdah.config.ts is, or name that file by --config',
);

async function checkServer(config: Config, app: LoadedApp | undefined): Promise<Finding[]> {
  const embedded = config.databaseUrl ?? (await embeddedAddress(config.dataDir));
  const databaseUrl = embedded && withSchema(embedded, config.schema);
  if (databaseUrl === undefined) {
    return [
      error('no database', 'set DATABASE_URL, or run npx howdah dev, which brings a Postgres of its own'),
    ];
  }
  const directUrl = config.databaseDirectUrl ?? databaseUrl;
  const variable = config.databaseDirectUrl ? 'DATABASE_DIRECT_URL' : 'DATABASE_URL';
  try {
    const sessions = await lookAt(databaseUrl, 'DATABASE_URL');
    const direct = directUrl === databaseUrl ? sessions : await lookAt(directUrl, variable);
    const { kind, foreign } = direct;
    return [
      ...judgeSessions(sessions, { variable, directKind: kind }),
      ...(await checkInside({ config, app }, withSessions(directUrl, kind), foreign)),
    ];
  } catch (failure) {
    if (!(failure instanceof StartupError)) throw failure;
    const advice = config.databaseUrl
      ? adviseOnConnection(failure.cause)
      : 'run npx howdah dev, to which the embedded Postgres belongs, or set DATABASE_URL';
    return [error(failure.message, advice)];
  }
}

/** What a server says that is there and lets nobody in; anything else may be a server that is not. */
const REFUSALS: Readonly<Record<string, string>> = {
  '28P01': 'correct the user or the password in the address',
  '28000': 'correct the user in the address, or have pg_hba.conf of the server let it in',
  '3D000': 'create that database, or correct its name in the address',
  '42501': 'grant connect on that database to the role',
  '53300':
    'end sessions, or raise max_connections of the server, the limit of the role or that of the database',
};

function adviseOnConnection(cause: unknown): string {
  return REFUSALS[sqlStateOf(cause) ?? ''] ?? 'start the server, or correct its address';
}

const NO_ROUTES = { planned: new Map(), findings: [] };

/** What may only be tried on a session of one's own is left out where there is none. */
async function checkInside(
  { config, app }: { config: Config; app: LoadedApp | undefined },
  connectionString: string,
  foreign: readonly ForeignSetting[],
): Promise<Finding[]> {
  const isShared = parseDatabaseAddress(connectionString).sessions === 'shared';
  await using session = await openPatient(connectionString);
  const { findings, isUsable } = await checkDatabase(session, config, app);
  const { planned, findings: ofRoutes } = app ? readRoutes(app, config) : NO_ROUTES;
  if (!isUsable) return [...findings, ...ofRoutes];
  return [
    ...findings,
    ...ofRoutes,
    ...(await guarded(session, 'defaults', () => checkDefaults(session, foreign))),
    ...(app ? await guarded(session, 'the crontab', () => checkCrontab(session, app)) : []),
    ...(await guarded(session, 'schedules', () => checkSchedules(session))),
    ...(await guarded(session, 'upkeep', () => checkUpkeep(session))),
    ...(await guarded(session, 'sources of messages', () => checkSources(session))),
    ...(await guarded(session, 'dead rows and what holds vacuum back', () => checkVacuum(session))),
    ...(isShared
      ? []
      : await guarded(session, 'the rescue of lost workers’ jobs', () =>
          checkRescue(session, connectionString),
        )),
    ...(await guarded(session, 'ends of runs', () => checkEnds(session))),
    ...(await guarded(session, 'brokers', () => checkBrokers(session))),
    ...(await guarded(session, 'routes', () => checkRoutes(session, planned))),
    ...(await guarded(session, 'handlers', () => checkHandlers(session))),
    ...(await guarded(session, 'queues and tasks', () => checkFleet(session))),
  ];
}

async function checkCrontab(session: Session, { app, catalogue }: LoadedApp): Promise<Finding> {
  const { rows } = await session.query<{ name: string }>(
    'select name from howdah.queue_registry where removed_at is null',
  );
  try {
    const schedules = await readSchedules({ catalogue, queues: rows.map(({ name }) => name) }, app.crontab);
    return ok(`crontab (${schedules.length} ${schedules.length === 1 ? 'entry' : 'entries'})`);
  } catch (mistake) {
    if (!(mistake instanceof StartupError)) throw mistake;
    return error(mistake.message, 'correct the file "crontab"');
  }
}
