import type pg from 'pg';
import { namingOfClient } from '../naming.ts';
import { MigrationDueError } from './due-error.ts';
import { LACKS_ROLES } from './make-roles.ts';

const NAMED = 5;

/**
 * Whether this role may do what API and workers do, so that a start says in words what would be a failed request or job
 * later; and whether it may make or grant roles of Howdah's that are lacking. In a database at this version or a later one.
 *
 * @throws {MigrationDueError} naming the first rights that are missing, and the role to grant
 */
export async function checkGrants(client: pg.Client): Promise<{ lacksRoles: boolean }> {
  const { rows } = await client.query<{ role: string; lack: string | null; lacksRoles: boolean }>(
    `select current_user as role, ${LACKS_ROLES} as "lacksRoles",
            case g.kind when 'policy' then 'the rows of ' || g.object else g.privilege || ' on ' || g.object end as lack
     from (values (1)) one
     left join howdah.missing_worker_grants(current_user::text) g on true`,
  );
  const [first] = rows;
  if (!first || first.lack === null) return { lacksRoles: first?.lacksRoles === true };
  const named = rows.slice(0, NAMED).map(({ lack }) => lack);
  const more = rows.length > NAMED ? ` and ${rows.length - NAMED} more` : '';
  const remedy = namingOfClient(client).installed(
    `grant howdah_worker to "${first.role}"; where it is a member already, select howdah.grant_roles();`,
  );
  throw new MigrationDueError(
    `role "${first.role}" lacks ${named.join(', ')}${more}: ${remedy} as the owner of Howdah’s schemas`,
  );
}
