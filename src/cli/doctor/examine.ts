import { parseDatabaseAddress, withSessions } from '../../config/database-address.ts';
import { type Config, ConfigError, configWarnings, readConfig } from '../../config.ts';
import { embeddedAddress } from '../../db/embedded/address.ts';
import type { ForeignSetting } from '../../db/look-at-sessions.ts';
import type { Session } from '../../db/session.ts';
import { lookAt } from '../../start/check-connection.ts';
import { readSchedules } from '../../start/read-schedules.ts';
import { StartupError } from '../../start/startup-error.ts';
import { catalogue } from '../../tasks/catalogue.ts';
import { checkDatabase } from './check-database.ts';
import { checkDefaults } from './check-defaults.ts';
import { checkEnds } from './check-ends.ts';
import { checkFleet } from './check-fleet.ts';
import { checkHandlers } from './check-handlers.ts';
import { checkRescue } from './check-rescue.ts';
import { checkSchedules } from './check-schedules.ts';
import { checkUpkeep } from './check-upkeep.ts';
import { checkVacuum } from './check-vacuum.ts';
import { error, type Finding, ok, warning } from './finding.ts';
import { guarded } from './guarded.ts';
import { judgeSessions } from './judge-sessions.ts';
import { openPatient } from './open-patient.ts';

/** Everything about this deployment that can be checked from here, in the order in which it would be mended. */
export async function examine(): Promise<Finding[]> {
  let config: Config;
  try {
    config = readConfig();
  } catch (mistake) {
    if (!(mistake instanceof ConfigError)) throw mistake;
    return [error(mistake.message, 'correct the environment; the README lists every setting')];
  }
  const warnings = configWarnings(config).map((text) => warning(text, 'see the README'));
  return [ok(`configuration (${config.environment})`), ...warnings, ...(await checkServer(config))];
}

async function checkServer(config: Config): Promise<Finding[]> {
  const databaseUrl = config.databaseUrl ?? (await embeddedAddress(config.dataDir));
  if (databaseUrl === undefined) {
    return [error('no database', 'set DATABASE_URL, or run npm start, which brings a Postgres of its own')];
  }
  const directUrl = config.databaseDirectUrl ?? databaseUrl;
  const variable = config.databaseDirectUrl ? 'DATABASE_DIRECT_URL' : 'DATABASE_URL';
  try {
    const sessions = await lookAt(databaseUrl, 'DATABASE_URL');
    const direct = directUrl === databaseUrl ? sessions : await lookAt(directUrl, variable);
    const { kind, foreign } = direct;
    return [
      ...judgeSessions(sessions, { variable, directKind: kind }),
      ...(await checkInside(config, withSessions(directUrl, kind), foreign)),
    ];
  } catch (failure) {
    if (!(failure instanceof StartupError)) throw failure;
    const advice = config.databaseUrl
      ? 'start the server, or correct its address'
      : 'run npm start, to which the embedded Postgres belongs, or set DATABASE_URL';
    return [error(failure.message, advice)];
  }
}

/** What may only be tried on a session of one's own is left out where there is none. */
async function checkInside(
  config: Config,
  connectionString: string,
  foreign: readonly ForeignSetting[],
): Promise<Finding[]> {
  const isShared = parseDatabaseAddress(connectionString).sessions === 'shared';
  await using session = await openPatient(connectionString);
  const { findings, isUsable } = await checkDatabase(session, config);
  if (!isUsable) return findings;
  return [
    ...findings,
    ...(await guarded('defaults', () => checkDefaults(session, foreign))),
    ...(await guarded('the crontab', () => checkCrontab(session))),
    ...(await guarded('schedules', () => checkSchedules(session))),
    ...(await guarded('upkeep', () => checkUpkeep(session))),
    ...(await guarded('dead rows and what holds vacuum back', () => checkVacuum(session))),
    ...(isShared
      ? []
      : await guarded('the rescue of lost workers’ jobs', () => checkRescue(session, connectionString))),
    ...(await guarded('ends of runs', () => checkEnds(session))),
    ...(await guarded('handlers', () => checkHandlers(session))),
    ...(await guarded('queues and tasks', () => checkFleet(session))),
  ];
}

async function checkCrontab(session: Session): Promise<Finding> {
  const { rows } = await session.query<{ name: string }>('select name from howdah.queue_registry');
  try {
    const schedules = await readSchedules({ catalogue, queues: rows.map(({ name }) => name) });
    return ok(`crontab (${schedules.length} ${schedules.length === 1 ? 'entry' : 'entries'})`);
  } catch (mistake) {
    if (!(mistake instanceof StartupError)) throw mistake;
    return error(mistake.message, 'correct the file "crontab"');
  }
}
