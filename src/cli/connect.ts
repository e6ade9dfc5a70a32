import { withSchema } from '../config/database/database-address.ts';
import { readDatabasePlace } from '../config.ts';
import { type DatabaseHandle, openDatabase } from '../db/connections/open-database.ts';
import { embeddedAddress } from '../db/embedded/address.ts';
import { checkConnection } from '../start/database/check-connection.ts';
import { StartupError } from '../start/startup-error.ts';
import { CommandError } from './command-error.ts';

/** The database of DATABASE_URL, or the embedded one of DATA_DIR. @throws {CommandError} when there is none to talk to */
export async function connect(): Promise<DatabaseHandle> {
  const { databaseUrl, dataDir, schema } = readDatabasePlace();
  const connectionString = databaseUrl ?? withSchema(await findEmbedded(dataDir), schema);
  const address = await checkConnection(connectionString).catch((failure: unknown) => {
    if (!(failure instanceof StartupError)) throw failure;
    const advice =
      databaseUrl === undefined ? '; run npx howdah dev, to which the embedded Postgres belongs' : '';
    throw new CommandError(`${failure.message}${advice}`, { code: 'unavailable', cause: failure });
  });
  return openDatabase({ connectionString: address, applicationName: 'howdah cli', maxConnections: 2 });
}

/** The address of the embedded server of a folder, while it runs. @throws {CommandError} when it does not */
export async function findEmbedded(dataDir: string): Promise<string> {
  const address = await embeddedAddress(dataDir);
  if (address !== undefined) return address;
  throw new CommandError(
    'no database: set DATABASE_URL, or run npx howdah dev, which brings a Postgres of its own',
    { code: 'unavailable' },
  );
}
