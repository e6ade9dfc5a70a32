import type pg from 'pg';
import {
  parseDatabaseAddress,
  type SessionKind,
  withSessions,
} from '../../config/database/database-address.ts';
import { createClient } from './connection.ts';
import { SESSION_SETTINGS } from './session-settings.ts';

/** What sessions at the other end of an address are like before Howdah does anything about it. */
export interface Sessions {
  kind: SessionKind;
  role: string;
  database: string;
  /** The same for two addresses of one database in one server. */
  place: string;
  /** Defaults there, of whoever gave them, that are other than what Howdah relies on. */
  foreign: readonly ForeignSetting[];
  /** Those among them that Howdah cannot set itself. */
  lacking: readonly ForeignSetting[];
}

/** A setting that is not as Howdah relies on. */
export interface ForeignSetting {
  name: string;
  value: string;
  wanted: string;
}

/** Only a superuser may set it, and without it no trigger fires: neither gate, nor fence, nor history. */
const UNSETTABLE = { session_replication_role: 'origin' };

/** Where a session cannot be given settings, these may be as they are. */
const TOLERATED = new Set([
  'statement_timeout',
  'lock_timeout',
  'idle_in_transaction_session_timeout',
  'idle_session_timeout',
  'default_transaction_deferrable',
  'client_min_messages',
  'bytea_output',
  'extra_float_digits',
  'backslash_quote',
]);

/** Somebody else may get between two statements of one look; not every time. */
const MAX_LOOKS = 5;

/**
 * Found out by trying. It changes no setting and takes no lock, so nothing stays behind on a session that is somebody
 * else's a moment later. What the address itself says of its sessions is believed.
 *
 * @param timeoutMs of connecting, and of each statement
 * @throws what kept it from connecting
 */
export async function lookAtSessions(connectionString: string, timeoutMs: number): Promise<Sessions> {
  const opened: pg.Client[] = [];
  const open = () => connect(connectionString, timeoutMs, opened);
  try {
    return await look(parseDatabaseAddress(connectionString).sessions, open);
  } finally {
    await Promise.all(opened.map((client) => client.end().catch(() => {})));
  }
}

async function look(said: SessionKind, open: () => Promise<pg.Client>): Promise<Sessions> {
  const one = await open();
  const { pid, settings, ...names } = await readSession(one);
  const kind = await kindOf(said, { one, pid, open });
  const foreign = compare(settings);
  const lacking = foreign.filter(
    ({ name }) => name in UNSETTABLE || (kind === 'shared' && !TOLERATED.has(name)),
  );
  return { ...names, kind, foreign, lacking };
}

/** But for what everybody's default is another than ours. */
function compare(settings: SessionRow['settings']): ForeignSetting[] {
  return Object.entries({ ...SESSION_SETTINGS, ...UNSETTABLE }).flatMap(([name, wanted]) => {
    const value = settings[name] ?? wanted;
    const isUsual = value === wanted || (name === 'client_min_messages' && value === 'notice');
    return isUsual ? [] : [{ name, value, wanted }];
  });
}

async function kindOf(
  said: SessionKind,
  { one, pid, open }: { one: pg.Client; pid: number; open: () => Promise<pg.Client> },
): Promise<SessionKind> {
  if (said !== 'own') return said;
  if (pid === announcedBackend(one)) return 'own';
  const other = await open();
  for (let look = 1; look <= MAX_LOOKS; look++) if (await isShared(one, other)) return 'shared';
  return 'kept';
}

/** As a pooler in transaction mode wants it, which every server takes. */
async function connect(connectionString: string, timeoutMs: number, opened: pg.Client[]): Promise<pg.Client> {
  const client = createClient(
    { connectionString: withSessions(connectionString, 'shared'), applicationName: 'howdah' },
    { connectionTimeoutMillis: timeoutMs, query_timeout: timeoutMs },
  );
  opened.push(client);
  await client.connect();
  return client;
}

/**
 * A pooler hands out the session that became free last. So the other connection gets the one's, unless that was kept for
 * it, or somebody was faster; then the one has another now. The one does not ask while the other holds its only session.
 */
async function isShared(one: pg.Client, other: pg.Client): Promise<boolean> {
  const before = await backendOf(one);
  await other.query('begin');
  const others = await backendOf(other);
  const isSame = others === before || (await backendOf(one)) !== before;
  await other.query('rollback');
  return isSame;
}

async function backendOf(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  return rows[0]?.pid ?? 0;
}

/** What the other end called itself when the connection began: Postgres its process, a pooler whatever it likes. */
function announcedBackend(client: pg.Client): number {
  return (client as unknown as { processID: number }).processID;
}

interface SessionRow {
  pid: number;
  role: string;
  database: string;
  place: string;
  /** Null where nobody has set one that the server does not know by itself. */
  settings: Record<string, string | null>;
}

const READ = `
  select pg_backend_pid() as pid, current_user as role, current_database() as database,
         concat_ws(' ', pg_postmaster_start_time(), d.oid) as place,
         (select json_object_agg(name, case when name <> 'search_path' then nullif(current_setting(name, true), '')
                                            when 'public' = any (current_schemas(false)) then 'public'
                                            else current_setting(name) end)
          from unnest($1::text[]) as name) as settings
  from pg_database d where d.datname = current_database()`;

async function readSession(client: pg.Client): Promise<SessionRow> {
  const names = Object.keys({ ...SESSION_SETTINGS, ...UNSETTABLE });
  const { rows } = await client.query<SessionRow>(READ, [names]);
  if (!rows[0]) throw new Error('the server does not know the database that it is connected to');
  return rows[0];
}
