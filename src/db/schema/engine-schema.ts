import { Logger, runMigrations } from 'graphile-worker';
import pg from 'pg';

/** Highest migration of the engine this version is built for. Source: graphile-worker 0.18.0, `sql/000020.sql`. */
export const ENGINE_SCHEMA_VERSION = 20;

/** What the engine raises on purpose, a division by zero, when jobs are locked. Source: 0.18.0, `sql/000011.sql`. */
export const LOCKED_JOBS = '22012';

/**
 * The engine's own migrations of a schema as one text for one transaction: it would send a hundred statements of its own
 * otherwise, each of which the network has to carry. Empty when the schema is up to date. What comes of it is compared
 * with what this version was built for before it is committed (checkEngines).
 *
 * A new schema is not announced. The engine announces each migration on one channel for the whole database, and a worker
 * that hears of a breaking one stops, whichever schema it was for: creating a queue would stop the workers of the others.
 *
 * @param version the schema's; undefined where there is none
 */
export async function engineStatements(schema: string, version: number | undefined): Promise<string> {
  const statements: string[] = [];
  const client = {
    query: async (query: string | { text: string; values?: unknown[] }, values: unknown[] = []) => {
      const text = typeof query === 'string' ? query : query.text;
      const parameters = typeof query === 'string' ? values : (query.values ?? []);
      if (text.includes("'server_version_num'")) return { rows: [readVersion(text, version)] };
      if (isRecorded(text, version)) statements.push(`${inline(text, parameters)}\n;\n`);
      return { rows: [] };
    },
    release: () => {},
  };
  const pgPool = { connect: async () => client, listeners: () => ['its errors are handled'], options: {} };
  await runMigrations({ pgPool: pgPool as unknown as pg.Pool, schema, logger: new Logger(() => () => {}) });
  return statements.join('');
}

/** Source: migrate.js of 0.18.0. That the table is missing is how the engine learns of a new schema. */
function readVersion(text: string, version: number | undefined) {
  if (version === undefined && text.includes('biggest_breaking_id')) {
    throw Object.assign(new Error('no such table'), { code: '42P01' });
  }
  return { server_version_num: '150000', id: version ?? null, biggest_breaking_id: null };
}

/** All is one transaction here, the caller's. */
function isRecorded(text: string, version: number | undefined): boolean {
  if (['begin', 'commit', 'rollback'].includes(text)) return false;
  return version !== undefined || !text.startsWith('select pg_notify(');
}

function inline(text: string, parameters: readonly unknown[]): string {
  if (parameters.length === 0) return text;
  return text.replace(/\$(\d+)/g, (_, place: string) => toLiteral(parameters[Number(place) - 1]));
}

function toLiteral(value: unknown): string {
  return pg.escapeLiteral(Array.isArray(value) ? `{${value.join(',')}}` : String(value));
}
