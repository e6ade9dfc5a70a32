import type pg from 'pg';
import { namingOfClient } from '../naming.ts';

/**
 * SQL for whether one of Howdah's roles is not in the cluster and this role may make it, or is there without a grant, where this role
 * owns Howdah's schema.
 */
export const LACKS_ROLES = `exists (
  select
  from unnest(array['howdah_producer', 'howdah_viewer', 'howdah_operator', 'howdah_worker']) r (name)
  left join pg_roles p on p.rolname = r.name
  join pg_namespace n on n.nspname = 'howdah' and pg_has_role(current_user, n.nspowner, 'usage')
  where case when p.oid is null then (select m.rolcreaterole or m.rolsuper from pg_roles m where m.rolname = current_user)
             else not has_schema_privilege(p.oid, n.oid, 'usage') end)`;

/** Another database of the cluster may make them at the same time. */
const MAKE = `
  do $$
  declare
    v_role text;
  begin
    foreach v_role in array array['howdah_producer', 'howdah_viewer', 'howdah_operator', 'howdah_worker'] loop
      if not exists (select from pg_catalog.pg_roles r where r.rolname = v_role) then
        begin
          execute format('create role %I nologin', v_role);
        exception when duplicate_object or unique_violation or insufficient_privilege then
          null;
        end;
      end if;
    end loop;
    perform howdah.grant_roles();
  end;
  $$`;

/**
 * Makes the roles that the numbered migrations could not, for want of CREATEROLE, once this role has that, and grants what they
 * are for, also to those that somebody else has made. In a turn.
 */
export async function makeRoles(client: pg.Client): Promise<void> {
  await client.query(namingOfClient(client).installed(MAKE));
}
