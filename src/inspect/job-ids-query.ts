import { queryRows, type SqlClient } from '../db/sql-client.ts';
import { type BindValue, historyConditions, liveConditions } from './job-conditions.ts';
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

/** A select of the column `id`, and its values. */
export interface IdsQuery {
  text: string;
  values: unknown[];
}

/** A queue's name and the quoted name of its schema. */
interface QueueTable {
  name: string;
  schema: string;
}

/**
 * The first ids in the range that fit the filter, over the queues' tables and the history. Each table gives at most
 * `limit` rows in the order of its primary key, so nothing is sorted but those; and one statement sees every job
 * exactly once, in whichever table it is by then.
 */
export async function jobIdsQuery(
  client: SqlClient,
  filter: JobFilter,
  { order, limit, afterId, beforeId }: IdRange,
): Promise<IdsQuery> {
  const values: unknown[] = [];
  const bind: BindValue = (value) => `$${values.push(value)}`;
  const tables = (await readTables(client, filter.queue)).flatMap(({ schema }) =>
    select(`${schema}._private_jobs`, liveConditions(filter, schema, bind)),
  );
  tables.push(...select('howdah.job_history', historyConditions(filter, bind)));
  if (tables.length === 0) return { text: 'select null::bigint as id where false', values };
  const text = `select p.id from (${tables.join(' union all ')}) p order by p.id ${order} limit ${limit}`;
  return { text, values };

  function select(table: string, conditions: string[] | undefined): string[] {
    if (!conditions) return [];
    if (afterId !== undefined) conditions.push(`j.id > ${bind(afterId)}::bigint`);
    if (beforeId !== undefined) conditions.push(`j.id < ${bind(beforeId)}::bigint`);
    const where = conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`;
    return [`(select j.id from ${table} j ${where} order by j.id ${order} limit ${limit})`];
  }
}

/** The queues to look at: the one that is asked for, or all. */
function readTables(client: SqlClient, queue: string | undefined): Promise<QueueTable[]> {
  return queryRows<QueueTable>(
    client,
    `select name, quote_ident(schema_name) as schema from howdah.queue_registry
     where $1::text is null or name = $1::text order by name`,
    [queue ?? null],
  );
}
