import type { ClientBase } from 'pg';
import pg from 'pg';

/** What is in a database, as far as migrating it goes. */
export interface MigrationState {
  /** Whether there is a table of applied migrations, which is what takes turns are locked by. */
  hasJournal: boolean;
  /** Stamps (`when` of the journal) of the numbered migrations that were applied. */
  applied: ReadonlySet<number>;
  /** The repeatable SQL that is installed. */
  installed: { fingerprint: string; revision: number } | undefined;
  /** Names of the queues that were made. */
  queues: readonly string[];
  /** Version of each engine schema there is, by the schema's name. */
  engines: ReadonlyMap<string, number>;
}

interface Presence {
  journal: boolean;
  installed: boolean;
  registry: boolean;
  engines: string[];
}

interface Contents {
  applied: number[] | null;
  installed: { fingerprint: string; revision?: number } | null;
  queues: string[] | null;
  engines: Record<string, number | null>;
}

/** Two statements at most. Locks nothing that a worker needs. */
export async function readState(client: Pick<ClientBase, 'query'>): Promise<MigrationState> {
  const presence = await readPresence(client);
  const { rows } = await client.query<Contents>(contentsQuery(presence));
  const { applied = null, installed = null, queues = null, engines = {} } = rows[0] ?? {};
  return {
    hasJournal: presence.journal,
    applied: new Set(applied?.map(Number)),
    installed: installed
      ? { fingerprint: installed.fingerprint, revision: installed.revision ?? 0 }
      : undefined,
    queues: queues ?? [],
    engines: new Map(Object.entries(engines).map(([schema, version]) => [schema, version ?? 0])),
  };
}

/** Catalogs alone, so it holds in a database that has nothing of Howdah's. */
async function readPresence(client: Pick<ClientBase, 'query'>): Promise<Presence> {
  const { rows } = await client.query<Presence>(
    `select to_regclass('howdah_migrations.__drizzle_migrations') is not null as journal,
            to_regclass('howdah.installed_sql') is not null as installed,
            to_regclass('howdah.queue_registry') is not null as registry,
            array(select n.nspname::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
                  where c.relname = 'migrations' and c.relkind = 'r'
                    and (n.nspname = 'graphile_worker' or n.nspname like 'graphile\\_worker\\_%')
                    and has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select')
                  order by 1) as engines`,
  );
  return rows[0] ?? { journal: false, installed: false, registry: false, engines: [] };
}

function contentsQuery({ journal, installed, registry, engines }: Presence): string {
  const versions = engines.flatMap((schema) => [
    pg.escapeLiteral(schema),
    `(select max(id) from ${pg.escapeIdentifier(schema)}.migrations)`,
  ]);
  const parts = {
    applied: journal && '(select json_agg(created_at) from howdah_migrations.__drizzle_migrations)',
    installed: installed && '(select to_json(i) from howdah.installed_sql i limit 1)',
    queues: registry && '(select json_agg(name order by name) from howdah.queue_registry)',
    engines: `json_build_object(${versions.join(', ')})`,
  };
  return `select ${Object.entries(parts)
    .map(([name, part]) => `${part || 'null'} as ${name}`)
    .join(', ')}`;
}
