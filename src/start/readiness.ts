import { hasCurrentSchema } from '../db/schema-version.ts';
import type { SqlClient } from '../db/sql-client.ts';
import { findStuckQueues } from '../inspect/stuck-queues.ts';
import { catalogue } from '../jobs/catalogue.ts';
import type { Processor } from '../processor/processor.ts';

export interface Check {
  ok: boolean;
  /** What is wrong, in words. */
  detail?: string;
}

export interface Readiness {
  ready: boolean;
  checks: Record<string, Check>;
}

/** A worker that runs nothing takes what is there within milliseconds, or at its next poll half a second later. */
const STUCK_AFTER_SECONDS = 60;

/**
 * Whether the service can do its work now, with what is wrong where it cannot. Never throws.
 *
 * @param client one with a time limit of its own: what does not answer is not ready
 */
export async function checkReadiness(client: SqlClient, processor?: Processor): Promise<Readiness> {
  const checks: Record<string, Check> = { database: await checkDatabase(client) };
  if (processor) checks['runners'] = checkRunners(processor);
  if (processor && checks['database']?.ok) checks['queues'] = await checkQueues(client, processor);
  return { ready: Object.values(checks).every(({ ok }) => ok), checks };
}

function checkDatabase(client: SqlClient): Promise<Check> {
  return told(async () => {
    if (await hasCurrentSchema(client)) return undefined;
    return 'the database is older than this version; npm run migrate brings it up to date';
  });
}

function checkRunners(processor: Processor): Check {
  const idle = processor.idleQueues();
  return idle.length === 0 ? { ok: true } : { ok: false, detail: `no runner for ${idle.join(', ')}` };
}

function checkQueues(client: SqlClient, processor: Processor): Promise<Check> {
  return told(async () => {
    const queues = processor.restingQueues();
    const stuck = await findStuckQueues(client, {
      queues,
      tasks: [...catalogue.keys()],
      waitSeconds: STUCK_AFTER_SECONDS,
    });
    if (stuck.length === 0) return undefined;
    return `jobs wait for more than ${STUCK_AFTER_SECONDS} s in ${stuck.join(', ')}, and none of them is taken`;
  });
}

/** @param look resolves with what is wrong */
async function told(look: () => Promise<string | undefined>): Promise<Check> {
  try {
    const detail = await look();
    return detail === undefined ? { ok: true } : { ok: false, detail };
  } catch (error) {
    return { ok: false, detail: error instanceof Error ? error.message : String(error) };
  }
}
