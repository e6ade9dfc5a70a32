import type { ForeignSetting } from '../../db/connections/look-at-sessions.ts';
import type { Session } from '../../db/connections/session.ts';
import { SESSION_SETTINGS } from '../../db/connections/session-settings.ts';
import { type Finding, ok, warning } from './finding.ts';

/** A default that somebody gave this database or role. */
export interface Default {
  name: string;
  value: string;
  /** Whose: `database`, `role`, of the role in this database, of all roles, or of neither. */
  of: string;
}

/** Howdah leaves these as they are; whoever looks for a cause should know of them. */
const LEFT: Readonly<Record<string, string>> = {
  synchronous_commit: 'after a crash of the server the latest enqueues and completions may be missing',
  transaction_timeout: 'transactions of tasks and of the API that take longer are ended, and tried again',
};

const SELECT = `
  select split_part(entry, '=', 1) as name, substr(entry, strpos(entry, '=') + 1) as value,
         case when s.setrole = 0 and s.setdatabase = 0 then 'all roles' when s.setrole = 0 then 'database'
              when s.setdatabase = 0 then 'role' else 'role in this database' end as of
  from pg_db_role_setting s
  cross join unnest(s.setconfig) as entry
  where s.setdatabase in (0, (select oid from pg_database where datname = current_database()))
    and s.setrole in (0, (select oid from pg_roles where rolname = current_user))
  order by 1, 3`;

/**
 * What the database, the role, the server or a pooler has for defaults, where Howdah's sessions have others, or should know.
 *
 * @param foreign those that a session has which says nothing about them
 */
export async function checkDefaults(
  session: Session,
  foreign: readonly ForeignSetting[],
): Promise<Finding[]> {
  const { rows } = await session.query<Default>(SELECT);
  return judgeDefaults(rows, foreign);
}

export function judgeDefaults(defaults: readonly Default[], foreign: readonly ForeignSetting[]): Finding[] {
  const ours = new Map(Object.entries(SESSION_SETTINGS).map(([name, value]) => [name.toLowerCase(), value]));
  const given = new Set(defaults.map(({ name }) => name.toLowerCase()));
  const others = foreign.filter(({ name }) => !given.has(name.toLowerCase()) && name in SESSION_SETTINGS);
  const overridden = [
    ...defaults.filter(({ name, value }) => differs(ours.get(name.toLowerCase()), value)),
    ...others.map(({ name, value }) => ({ name, value, of: 'server or pooler' })),
  ];
  const left = defaults.filter(({ name, value }) => name in LEFT && !['on', '0'].includes(value));
  return [
    overridden.length === 0
      ? ok('defaults of the database and the role: none that Howdah has to do without')
      : override(overridden),
    ...left.map((each) => warning(describe(each), LEFT[each.name] ?? '')),
  ];
}

function differs(wanted: string | undefined, value: string): boolean {
  return wanted !== undefined && wanted.toLowerCase() !== value.toLowerCase();
}

function override(defaults: readonly Default[]): Finding {
  return warning(
    `defaults that Howdah's own sessions do without: ${defaults.map(describe).join(', ')}`,
    'sessions of yours that enqueue or look in SQL have them: docs/connecting.md has what that means',
  );
}

function describe({ name, value, of }: Default): string {
  return `${name} = ${value} (${of})`;
}
