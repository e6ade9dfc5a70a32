-- The tables, views, types, functions and triggers of the engine schemas $1 (names), one row each with what matters
-- about it, in words that are the same on every supported Postgres. Read by src/db/schema/engine-fingerprint.ts; not installed.
-- Without what Howdah adds (its triggers) or changes (where job ids come from), and without names of schemas, so that
-- every queue's schema reads alike. No row for a schema that is not there.
with schemas as (
  select n.oid, n.nspname from pg_namespace n where n.nspname = any ($1::text[])
)
select schema::text, name, detail
from (
  select s.nspname as schema,
         case c.relkind when 'v' then 'view' when 'c' then 'type' else 'table' end || ' ' || c.relname as name,
         string_agg(a.attname || ' ' || t.typname || case when a.attnotnull then ' not null' else '' end
                    || case when a.attgenerated <> '' then ' generated' else '' end,
                    ', ' order by a.attname collate "C") as detail
  from schemas s
  join pg_class c on c.relnamespace = s.oid
  join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  join pg_type t on t.oid = a.atttypid
  where c.relkind in ('r', 'p', 'v', 'c')
  group by s.nspname, c.relkind, c.relname
  union all
  select s.nspname,
         'function ' || p.proname || '('
           || coalesce((select string_agg(t.typname, ', ' order by x.position)
                        from unnest(p.proargtypes) with ordinality x (type, position)
                        join pg_type t on t.oid = x.type), '') || ')',
         (select t.typname from pg_type t where t.oid = p.prorettype) || ' ' || p.proretset::text || ' ' || p.provolatile::text
           || ' ' || coalesce(array_to_string(p.proargnames, ','), '') || ' ' || p.pronargdefaults::text
           || ' ' || replace(p.prosrc, '"' || s.nspname || '"', '$schema')
  from schemas s
  join pg_proc p on p.pronamespace = s.oid
  union all
  select s.nspname,
         'trigger ' || t.tgname || ' on ' || c.relname,
         p.proname || ' ' || t.tgtype::text || ' ' || t.tgenabled::text || ' ' || (t.tgqual is not null)::text
  from schemas s
  join pg_class c on c.relnamespace = s.oid
  join pg_trigger t on t.tgrelid = c.oid
  join pg_proc p on p.oid = t.tgfoid
  where not t.tgisinternal and t.tgname not like E'howdah\\_%'
) objects
order by schema, name collate "C"
