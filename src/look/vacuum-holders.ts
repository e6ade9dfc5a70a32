import { queryRows, type SqlClient } from '../db/sql-client.ts';

/** What keeps vacuum from removing dead rows. */
export interface VacuumHolder {
  kind: 'session' | 'prepared' | 'slot' | 'standby';
  /** Server process; null for a prepared transaction and an idle slot. */
  pid: number | null;
  /** application_name of a session or a standby, name of a prepared transaction or a slot. */
  name: string;
  role: string | null;
  /** Of a session as in pg_stat_activity, such as "idle in transaction". */
  state: string | null;
  /** Begin of the transaction; null for a slot and a standby. */
  startedAt: Date | null;
  /** Since then; null for a slot and a standby. */
  ageSeconds: number | null;
  /** Transactions begun since its snapshot. */
  ageTransactions: number;
}

const SELECT = `
  select kind, pid, name, role, state, started_at as "startedAt", age_seconds as "ageSeconds",
         age_transactions as "ageTransactions"
  from howdah.vacuum_holders()`;

/** Worst first; empty when nothing holds vacuum back at this moment. */
export async function readVacuumHolders(client: SqlClient): Promise<VacuumHolder[]> {
  return queryRows<VacuumHolder>(client, SELECT, []);
}
