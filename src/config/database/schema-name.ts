import { Mistake } from '../mistakes/mistake.ts';

/** Howdah's schema unless something else is said. */
export const DEFAULT_SCHEMA = 'howdah';

/** With `_engine_` and the longest name of a queue behind it, Postgres can still tell it from others. */
const MOST = 15;
const SHAPE = new RegExp(`^[a-z][a-z0-9_]{0,${MOST - 1}}$`);

/** Names that mean something else already. */
const TAKEN =
  /^(pg|pg_.*|public|drizzle|graphile_worker.*|.*_engine(_.*)?|.*_migrations|howdah_(producer|viewer|operator|worker|control))$/;

/** Words that SQL or PL/pgSQL would not take for a name: reserved by one of them, or, in SQL, for a type or function. */
const RESERVED: ReadonlySet<string> = new Set(
  `all analyse analyze and any array as asc asymmetric authorization begin between bigint binary bit boolean both by
   case cast char character check coalesce collate collation column concurrently constraint create cross
   current_catalog current_date current_role current_schema current_time current_user dec decimal declare default
   deferrable desc distinct do else end except execute exists extract false fetch float for foreach foreign freeze
   from full grant greatest group grouping having if ilike in initially inner inout int integer intersect interval
   into is isnull join json json_array json_arrayagg json_exists json_object json_objectagg json_query json_scalar
   json_serialize json_table json_value lateral leading least left like limit localtime localtimestamp loop
   merge_action national natural nchar new none normalize not notnull null nullif numeric offset old on only or order
   out outer overlaps overlay placing position precision primary real references returning right row select
   session_user setof similar smallint some strict substring symmetric system_user table tablesample then time
   timestamp to trailing treat trim true union unique user using values varchar variadic verbose when where while
   window with xmlattributes xmlconcat xmlelement xmlexists xmlforest xmlnamespaces xmlparse xmlpi xmlroot
   xmlserialize xmltable`.split(/\s+/),
);

/** HOWDAH_SCHEMA. @throws {Mistake} */
export function parseSchemaName(value: string): string {
  if (!SHAPE.test(value)) {
    throw new Mistake(`expected a-z, then up to ${MOST - 1} of a-z 0-9 _, e.g. staging`);
  }
  if (TAKEN.test(value)) throw new Mistake('expected a name that no other schema or role has, e.g. staging');
  if (RESERVED.has(value)) throw new Mistake('expected a name that is no reserved word of SQL, e.g. staging');
  return value;
}
