import type { Session } from '../../db/connections/session.ts';
import { error, type Finding, ok } from './finding.ts';

const DISABLED = `
  select t.tgrelid::regclass::text as "table", string_agg(t.tgname, ', ' order by t.tgname) as triggers
  from pg_trigger t
  join pg_class c on c.oid = t.tgrelid
  join howdah.queue_registry r on r.schema_name = c.relnamespace::regnamespace::text
  where t.tgname like 'howdah\\_%' and t.tgenabled not in ('O', 'A')
  group by t.tgrelid
  order by 1`;

/** Whether Howdah's triggers fire: history, retries and the fence are theirs, and a restore may leave them disabled. */
export async function checkTriggers(session: Session): Promise<Finding[]> {
  const { rows } = await session.query<{ table: string; triggers: string }>(DISABLED);
  if (rows.length === 0) return [ok('triggers of the job tables')];
  return rows.map(({ table, triggers }) =>
    error(`triggers of ${table} are disabled: ${triggers}`, `alter table ${table} enable trigger user`),
  );
}
