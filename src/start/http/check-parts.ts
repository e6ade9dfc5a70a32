import { distrust } from '../../db/connections/bounded-pool.ts';
import type { Database } from '../../db/database.ts';
import { runAlone } from '../../db/run-alone.ts';
import type { SqlClient } from '../../db/sql-client.ts';
import { migrationsOf } from '../database/migration-target.ts';
import type { Parts } from '../parts.ts';
import { checkReadiness, type Phase, READINESS_LIMITS, type Readiness } from './readiness.ts';

type CheckedParts = Pick<Parts, 'role' | 'app' | 'processor' | 'ending'>;

/** Whether a process of these parts can do its work now. Never throws. @param db whose readiness is that of the process */
export function checkParts(parts: CheckedParts, db: Database): Promise<Readiness> {
  const client: SqlClient = {
    query: (text, values) => runAlone(db, READINESS_LIMITS, (each) => each.query(text, values)),
  };
  return checkReadiness({
    client,
    onReadOnly: () => distrust(db),
    applications: migrationsOf(parts.app),
    tasks: [...parts.app.catalogue.keys()],
    processor: parts.processor,
    phase: phaseOf(parts),
  });
}

/** Why it takes no jobs, where nothing is wrong. */
export function phaseOf({ role, processor, ending }: CheckedParts): Phase | undefined {
  return ending ?? (role === 'api' || processor ? undefined : 'starting');
}
