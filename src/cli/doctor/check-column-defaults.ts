import type { Session } from '../../db/connections/session.ts';
import { namingOfClient } from '../../db/naming.ts';
import { COLUMN_DEFAULTS, ENGINE_DEFAULTS } from '../../db/schema/column-defaults.ts';
import { error, type Finding, ok } from './finding.ts';

/** The schema of Howdah, and that of each queue, with the defaults that its columns have. */
const SELECT = `
  select n.nspname as schema, r.name is not null as "isEngine",
         coalesce(json_object_agg(c.relname || '.' || a.attname, pg_get_expr(d.adbin, d.adrelid))
                    filter (where d.oid is not null), '{}') as defaults
  from pg_namespace n
  left join howdah.queue_registry r on r.schema_name = n.nspname
  left join pg_class c on c.relnamespace = n.oid and c.relkind in ('r', 'p')
  left join pg_attrdef d on d.adrelid = c.oid
  left join pg_attribute a on a.attrelid = c.oid and a.attnum = d.adnum
  where nspname = 'howdah' or r.name is not null
  group by 1, 2
  order by 2, 1`;

interface Defaults {
  schema: string;
  isEngine: boolean;
  /** By table and column. */
  defaults: Readonly<Record<string, string>>;
}

/**
 * Whether columns have the defaults that migrations gave them. One that somebody planted is run by whoever inserts, with the rights of
 * the functions that do so.
 */
export async function checkColumnDefaults(session: Session): Promise<Finding[]> {
  const { installed } = namingOfClient(session);
  const { rows } = await session.query<Defaults>(SELECT);
  const findings = rows.flatMap((found) => judge(found, installed));
  return findings.length === 0 ? [ok('defaults of the columns of Howdah’s tables')] : findings;
}

function judge({ schema, isEngine, defaults }: Defaults, installed: (text: string) => string): Finding[] {
  const expected = Object.entries(isEngine ? ENGINE_DEFAULTS : COLUMN_DEFAULTS);
  const known = new Map(expected.map(([name, expression]) => [name, installed(expression)]));
  const names = [...new Set([...known.keys(), ...Object.keys(defaults)])];
  return names
    .filter((name) => known.get(name) !== defaults[name])
    .map((name) => {
      const [table = '', column = ''] = name.split('.');
      const meant = known.get(name);
      const is = `the default of ${schema}.${name} is ${defaults[name] ?? 'gone'}, and not ${meant ?? 'any of ours'}`;
      const change = meant === undefined ? 'drop default' : `set default ${meant}`;
      return error(
        is,
        `find out who changed that; then: alter table ${schema}.${table} alter column ${column} ${change}`,
      );
    });
}
