import type { Session } from '../../db/connections/session.ts';
import { type Finding, ok, warning } from './finding.ts';

/** Whether howdah_worker, howdah_producer, howdah_viewer and howdah_operator exist and may do what they are for. Needs this version's SQL. */
export async function checkRoles(session: Session): Promise<Finding[]> {
  const { rows } = await session.query<{ role: string; problem: string; remedy: string }>(
    'select role, problem, remedy from howdah.missing_grants()',
  );
  if (rows.length === 0) return [ok('roles for producers, viewers, operators and workers')];
  return rows.map(({ role, problem, remedy }) => warning(`role "${role}": ${problem}`, remedy));
}
