import type { Session } from '../../db/session.ts';
import { error, type Finding, ok } from './finding.ts';

const SHOWN = 5;

const SCHEMAS = `
  select n.oid, n.nspname from pg_namespace n
  where n.nspname = 'howdah' or n.nspname = 'graphile_worker' or n.nspname like 'graphile\\_worker\\_%'`;

/** What the service does with its tables, views, sequences and functions, and the current role may not. */
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
  const { rows } = await session.query<{ grant: string }>(MISSING);
  const role = roles[0]?.role ?? '';
  if (rows.length === 0) return ok(`grants of role "${role}"`);
  const shown = rows.slice(0, SHOWN).map((row) => row.grant);
  const more = rows.length > SHOWN ? ` and ${rows.length - SHOWN} more` : '';
  return error(
    `role "${role}" lacks ${shown.join(', ')}${more}`,
    'put the role that owns the schemas into DATABASE_URL, or grant what is missing',
  );
}
