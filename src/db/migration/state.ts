import type { ClientBase } from 'pg';
import pg from 'pg';
import { namingOfClient } from '../naming.ts';

/** Howdah's own migrations in the table of names. No application is called so. */
export const HOWDAH = '';

/** A row of a table in which drizzle's migrator, or an earlier version of Howdah, wrote down what it applied. */
export interface Stamp {
  /** Howdah's, in which 0.1 had the bank's too; or drizzle's, of an application that migrated by drizzle-kit before. */
  journal: 'howdah' | 'drizzle';
  hash: string;
  when: number;
}

/** What is in a database, as far as migrating it goes. */
export interface MigrationState {
  /** Whether there is the table by which turns are taken. */
  hasJournal: boolean;
  /** The numbered migrations that were applied: by application, the hash of each by its name. Empty in a database of 0.1. */
  applied: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** What was applied by stamp. Unknown for a table that this role may not read. */
  stamps: readonly Stamp[];
  /** The repeatable SQL that is installed. */
  installed: { fingerprint: string; revision: number } | undefined;
  /** Names of the queues that were made. */
  queues: readonly string[];
  /** Those of them that an operator removed, and nobody made again. */
  removed: readonly string[];
  /** Version of each engine schema there is, by the schema's name in this package (`queueSchema`). */
  engines: ReadonlyMap<string, number>;
  /** Schemas that somebody else made where ours would be: their real names, by those in this package. */
  foreign: ReadonlyMap<string, string>;
}

interface Presence {
  journal: boolean;
  drizzle: boolean;
  names: boolean;
  installed: boolean;
  registry: boolean;
  engines: string[];
  foreign: string[];
}

interface Contents {
  applied: Record<string, Record<string, string>> | null;
  stamps: (Omit<Stamp, 'when'> & { when: number | string })[] | null;
  installed: { fingerprint: string; revision?: number } | null;
  queues: string[] | null;
  removed: string[] | null;
  engines: Record<string, number | null>;
}

/** Two statements at most. Locks nothing that a worker needs. */
export async function readState(client: Pick<ClientBase, 'query'>): Promise<MigrationState> {
  const naming = namingOfClient(client);
  const presence = await readPresence(client);
  const { rows } = await client.query<Contents>(contentsQuery(presence));
  const {
    applied = null,
    stamps = null,
    installed = null,
    queues = null,
    removed = null,
    engines = {},
  } = rows[0] ?? {};
  return {
    hasJournal: presence.journal,
    applied: new Map(
      Object.entries(applied ?? {}).map(([name, hashes]) => [name, new Map(Object.entries(hashes))]),
    ),
    stamps: stamps?.map((stamp) => ({ ...stamp, when: Number(stamp.when) })) ?? [],
    installed: installed
      ? { fingerprint: installed.fingerprint, revision: installed.revision ?? 0 }
      : undefined,
    queues: queues ?? [],
    removed: removed ?? [],
    foreign: new Map(presence.foreign.map((name) => [naming.fromEngine(name) ?? 'howdah', name])),
    engines: new Map(
      Object.entries(engines).flatMap(([schema, version]) => {
        const name = naming.fromEngine(schema);
        return name === undefined ? [] : [[name, version ?? 0] as const];
      }),
    ),
  };
}

/** Catalogs alone, so it holds in a database that has nothing of Howdah's. */
async function readPresence(client: Pick<ClientBase, 'query'>): Promise<Presence> {
  const { rows } = await client.query<Presence>(
    `select to_regclass('howdah_migrations.__drizzle_migrations') is not null as journal,
            exists (select from pg_class c join pg_namespace n on n.oid = c.relnamespace
                    where n.nspname = 'drizzle' and c.relname = '__drizzle_migrations' and c.relkind = 'r'
                      and has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select')) as drizzle,
            to_regclass('howdah.migrations') is not null as names,
            to_regclass('howdah.installed_sql') is not null as installed,
            to_regclass('howdah.queue_registry') is not null as registry,
            array(select n.nspname::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
                  where c.relname = 'migrations' and c.relkind = 'r'
                    and (n.nspname = 'graphile_worker' or n.nspname like 'graphile\\_worker\\_%')
                    and has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select')
                  order by 1) as engines,
            array(select n.nspname::text from pg_namespace n
                  where (n.nspname = 'howdah'
                         and not exists (select from pg_class c where c.relnamespace = n.oid and c.relname = 'queue_registry'))
                     or ((n.nspname = 'graphile_worker' or n.nspname like 'graphile\\_worker\\_%')
                         and exists (select from pg_class c where c.relnamespace = n.oid)
                         and not exists (select from pg_class c where c.relnamespace = n.oid and c.relname = 'migrations'))
                  order by 1) as "foreign"`,
  );
  return (
    rows[0] ?? {
      journal: false,
      drizzle: false,
      names: false,
      installed: false,
      registry: false,
      engines: [],
      foreign: [],
    }
  );
}

function contentsQuery({ journal, drizzle, names, installed, registry, engines }: Presence): string {
  const versions = engines.flatMap((schema) => [
    pg.escapeLiteral(schema),
    `(select max(id) from ${pg.escapeIdentifier(schema)}.migrations)`,
  ]);
  const parts = {
    applied:
      names &&
      `(select json_object_agg(a.application, a.hashes)
        from (select m.application, json_object_agg(m.name, m.hash) as hashes from howdah.migrations m group by 1) a)`,
    stamps: stampsQuery({ journal, drizzle }),
    installed: installed && '(select to_json(i) from howdah.installed_sql i limit 1)',
    queues: registry && '(select json_agg(name order by name) from howdah.queue_registry)',
    removed: // a column that a database of an earlier version lacks
      registry &&
      `(select json_agg(r.name order by r.name) from howdah.queue_registry r where to_jsonb(r) ->> 'removed_at' is not null)`,
    engines: `json_build_object(${versions.join(', ')})`,
  };
  return `select ${Object.entries(parts)
    .map(([name, part]) => `${part || 'null'} as ${name}`)
    .join(', ')}`;
}

function stampsQuery({ journal, drizzle }: Pick<Presence, 'journal' | 'drizzle'>): string | false {
  const tables = [
    ...(journal ? [stampsOf('howdah', 'howdah_migrations')] : []),
    ...(drizzle ? [stampsOf('drizzle', 'drizzle')] : []),
  ];
  return tables.length > 0 && `(select json_agg(s) from (${tables.join(' union all ')}) s)`;
}

function stampsOf(journal: Stamp['journal'], schema: string): string {
  return `select '${journal}' as journal, m.hash, m.created_at as "when" from ${schema}.__drizzle_migrations m`;
}
