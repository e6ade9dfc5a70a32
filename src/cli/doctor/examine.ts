import { type Config, ConfigError, configWarnings, readConfig } from '../../config.ts';
import { embeddedAddress } from '../../db/embedded/address.ts';
import { openSession } from '../../db/session.ts';
import { catalogue } from '../../jobs/catalogue.ts';
import { checkConnection } from '../../start/check-connection.ts';
import { readSchedules } from '../../start/read-schedules.ts';
import { StartupError } from '../../start/startup-error.ts';
import { checkDatabase } from './check-database.ts';
import { checkEnds } from './check-ends.ts';
import { checkFleet } from './check-fleet.ts';
import { checkRescue } from './check-rescue.ts';
import { checkSchedules } from './check-schedules.ts';
import { checkUpkeep } from './check-upkeep.ts';
import { error, type Finding, ok, warning } from './finding.ts';
import { guarded } from './guarded.ts';

const CONNECT_TIMEOUT_MS = 5_000;

/** Whoever calls the doctor has no time: a check that has to wait is a finding. */
const PATIENCE = "set lock_timeout = '1s'; set statement_timeout = '10s'";

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
  try {
    await checkConnection(databaseUrl);
  } catch (failure) {
    if (!(failure instanceof StartupError)) throw failure;
    const advice = config.databaseUrl
      ? 'start the server, or correct DATABASE_URL'
      : 'run npm start, to which the embedded Postgres belongs, or set DATABASE_URL';
    return [error(failure.message, advice)];
  }
  return checkInside(config, databaseUrl);
}

async function checkInside(config: Config, connectionString: string): Promise<Finding[]> {
  const session = await openSession({
    connectionString,
    applicationName: 'howdah doctor',
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
  });
  try {
    await session.query(PATIENCE);
    const { findings, isUsable } = await checkDatabase(session, config);
    if (!isUsable) return findings;
    return [
      ...findings,
      ...(await guarded('the crontab', () => checkCrontab(session))),
      ...(await guarded('schedules', () => checkSchedules(session))),
      ...(await guarded('dead rows and what holds vacuum back', () => checkUpkeep(session))),
      ...(await guarded('the rescue of lost workers’ jobs', () => checkRescue(session, connectionString))),
      ...(await guarded('ends of runs', () => checkEnds(session))),
      ...(await guarded('queues and tasks', () => checkFleet(session))),
    ];
  } finally {
    await session.end();
  }
}

async function checkCrontab(session: Awaited<ReturnType<typeof openSession>>): Promise<Finding> {
  const { rows } = await session.query<{ name: string }>('select name from howdah.queue_registry');
  try {
    const schedules = await readSchedules({ catalogue, queues: rows.map(({ name }) => name) });
    return ok(`crontab (${schedules.length} entries)`);
  } catch (mistake) {
    if (!(mistake instanceof StartupError)) throw mistake;
    return error(mistake.message, 'correct the file "crontab"');
  }
}
