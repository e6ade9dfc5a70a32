import type { Session } from '../../db/connections/session.ts';
import { namingOfClient } from '../../db/naming.ts';
import { error, type Finding, ok } from './finding.ts';

const SHOWN = 5;

const SCHEMAS = `
  select n.oid, n.nspname from pg_namespace n
  where n.nspname = 'howdah' or n.nspname = 'graphile_worker' or n.nspname like 'graphile\\_worker\\_%'`;

/** Whether this version's own list of what is needed can be asked. */
const HAS_LIST = `
  select coalesce(has_schema_privilege(n.oid, 'usage') and has_function_privilege(p.oid, 'execute'), false) as has_list
  from pg_namespace n left join pg_proc p on p.pronamespace = n.oid and p.proname = 'missing_worker_grants'
  where n.nspname = 'howdah'`;

const LISTED = `
  select case g.kind when 'policy' then 'the rows of ' || g.object else g.privilege || ' on ' || g.object end as grant
  from howdah.missing_worker_grants(current_user::text) g`;

/** For a role that may not even ask: what there is of Howdah's that it may not use. Of catalogs alone. */
const MISSING = `
  with schemas as (${SCHEMAS}),
  needed as (
    select 'usage on schema ' || quote_ident(s.nspname) as grant, has_schema_privilege(s.oid, 'usage') as is_granted
    from schemas s
    union all
    select lower(p.privilege) || ' on ' || c.oid::regclass::text, has_table_privilege(c.oid, p.privilege)
    from schemas s join pg_class c on c.relnamespace = s.oid
    cross join unnest(case c.relkind when 'v' then array['SELECT']
                                     else array['SELECT', 'INSERT', 'UPDATE', 'DELETE'] end) p (privilege)
    where c.relkind in ('r', 'p', 'v')
    union all
    select 'usage on sequence ' || c.oid::regclass::text, case c.relkind when 'S' then has_sequence_privilege(c.oid, 'usage') end
    from schemas s join pg_class c on c.relnamespace = s.oid
    where c.relkind = 'S'
    union all
    select 'execute on function ' || f.oid::regprocedure::text, has_function_privilege(f.oid, 'execute')
    from schemas s join pg_proc f on f.pronamespace = s.oid
  )
  select n.grant from needed n where not n.is_granted order by n.grant`;

/** Whether this role may do what the service does. Ask before looking into Howdah's tables; nothing there is fine. */
export async function checkGrants(session: Session): Promise<Finding> {
  const { rows: roles } = await session.query<{ role: string }>('select current_user as role');
  const { rows: lists } = await session.query<{ has_list: boolean }>(HAS_LIST);
  const { rows } = await session.query<{ grant: string }>(lists[0]?.has_list ? LISTED : MISSING);
  const role = roles[0]?.role ?? '';
  if (rows.length === 0) return ok(`grants of role "${role}"`);
  const shown = rows.slice(0, SHOWN).map((row) => row.grant);
  const more = rows.length > SHOWN ? ` and ${rows.length - SHOWN} more` : '';
  return error(
    `role "${role}" lacks ${shown.join(', ')}${more}`,
    `${namingOfClient(session).installed('grant howdah_worker')} to "${role}", or put the role that owns the schemas into DATABASE_URL`,
  );
}
