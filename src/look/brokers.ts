import { queryRows, type SqlClient } from '../db/sql-client.ts';
import { sqlInstant } from './instant.ts';

/** A broker that jobs go to, as the latest heartbeats of the workers that hand them over said. */
export interface BrokerState {
  broker: string;
  /** Processes that hand jobs over to it. */
  workerCount: number;
  /** Of those, the ones that it takes no messages from. */
  downCount: number;
  /** Since when, in the first of them; null while all reach it. */
  since: Date | null;
  /** Why; null likewise. */
  because: string | null;
  /** The tasks whose jobs they leave waiting. */
  tasks: string[];
  /** Jobs of those that are available; 10,000 for as many or more, 0 while all reach it. */
  waitingCount: number;
  /** Where those processes are. */
  hosts: string[];
}

const SELECT = `
  select broker, workers as "workerCount", down_in as "downCount", ${sqlInstant('since')} as since, because,
         to_json(tasks) as tasks, waiting as "waitingCount", to_json(hosts) as hosts
  from howdah.brokers()`;

/** By name; empty where no job goes to one. */
export async function readBrokers(client: SqlClient): Promise<BrokerState[]> {
  const rows = await queryRows<Omit<BrokerState, 'since'> & { since: number | null }>(client, SELECT, []);
  return rows.map((row) => ({ ...row, since: row.since === null ? null : new Date(row.since) }));
}
