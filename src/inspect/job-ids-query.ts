import { queryRows, type SqlClient } from '../db/sql-client.ts';
import { type BindValue, historyConditions, type LiveTable, liveConditions } from './job-conditions.ts';
import type { JobFilter } from './job-filter.ts';

export interface IdRange {
  /** Newest first when `desc`. */
  order: 'asc' | 'desc';
  limit: number;
  /** Ids greater than this. */
  afterId?: string | undefined;
  /** Ids less than this. */
  beforeId?: string | undefined;
}

/** From so many rows on, looking at each takes longer than anybody should wait: some 5 ms. */
const BIG_ROW_COUNT = 50_000;

/** A select of the column `id`, and its values. */
export interface IdsQuery {
  text: string;
  values: unknown[];
}

/**
 * The first ids in the range that fit the filter, over the queues' tables and the history. Each table gives at most
 * `limit` rows in the order of its primary key, so nothing is sorted but those; and one statement sees every job
 * exactly once, in whichever table it is by then.
 */
export async function jobIdsQuery(client: SqlClient, filter: JobFilter, range: IdRange): Promise<IdsQuery> {
  const values: unknown[] = [];
  const bind: BindValue = (value) => `$${values.push(value)}`;
  const tables = (await readTables(client, filter.queue)).map((table) => ({
    name: `${table.schema}._private_jobs`,
    conditions: liveConditions(filter, table, bind),
  }));
  tables.push({ name: 'howdah.job_history', conditions: historyConditions(filter, bind) });
  const selects = tables.flatMap(({ name, conditions }) =>
    conditions ? [selectIds(name, [...conditions, ...rangeConditions(range, bind)], range)] : [],
  );
  if (selects.length === 0) return { text: 'select null::bigint as id where false', values };
  const order = `order by p.id ${range.order} limit ${range.limit}`;
  return { text: `select p.id from (${selects.join(' union all ')}) p ${order}`, values };
}

function rangeConditions({ afterId, beforeId }: IdRange, bind: BindValue): string[] {
  const after = afterId === undefined ? [] : [`j.id > ${bind(afterId)}::bigint`];
  return beforeId === undefined ? after : [...after, `j.id < ${bind(beforeId)}::bigint`];
}

function selectIds(table: string, conditions: string[], { order, limit }: IdRange): string {
  const where = conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`;
  return `(select j.id from ${table} j ${where} order by j.id ${order} limit ${limit})`;
}

/** The queues to look at: the one that is asked for, or all. */
function readTables(client: SqlClient, queue: string | undefined): Promise<LiveTable[]> {
  return queryRows<LiveTable>(
    client,
    `select quote_ident(schema_name) as schema,
            pg_stat_get_live_tuples(format('%I._private_jobs', schema_name)::regclass) > $2::bigint as "isBig"
     from howdah.queue_registry where $1::text is null or name = $1::text order by name`,
    [queue ?? null, BIG_ROW_COUNT],
  );
}
