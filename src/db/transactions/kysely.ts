import { hasMethod } from './has-method.ts';
import type { Library } from './library.ts';

/** The part of a Kysely database or transaction that runs a statement. */
export interface KyselyExecutor {
  executeQuery(query: KyselyQuery): PromiseLike<{ rows: unknown[] }>;
  withoutPlugins(): KyselyExecutor;
}

/** What `CompiledQuery.raw` makes. */
interface KyselyQuery {
  readonly sql: string;
  readonly parameters: readonly unknown[];
  readonly query: { kind: 'RawNode'; sqlFragments: readonly string[]; parameters: readonly never[] };
  readonly queryId: { queryId: string };
}

/** Tried with kysely 0.29.9. Its plugins are left out: they rename columns and parse texts, and these are ours. */
export const KYSELY: Library<KyselyExecutor> = {
  owns: (client): client is KyselyExecutor =>
    hasMethod(client, 'executeQuery') && hasMethod(client, 'withoutPlugins'),
  ask: (client, sql, parameters) =>
    client.withoutPlugins().executeQuery({
      sql,
      parameters,
      query: { kind: 'RawNode', sqlFragments: [sql], parameters: [] },
      queryId: { queryId: 'howdah' },
    }),
};
