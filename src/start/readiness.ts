import type { DatabaseHandle } from '../db/database.ts';
import type { Processor } from '../processor/processor.ts';

export interface Readiness {
  ready: boolean;
  checks: Record<string, { ok: boolean; detail?: string }>;
}

/** Whether the service can do its work now, with what is wrong where it cannot. */
export async function checkReadiness({ pool }: DatabaseHandle, processor?: Processor): Promise<Readiness> {
  const checks = {
    database: await checkDatabase(pool),
    ...(processor ? { runners: checkRunners(processor) } : {}),
  };
  return { ready: Object.values(checks).every(({ ok }) => ok), checks };
}

async function checkDatabase(pool: DatabaseHandle['pool']) {
  try {
    await pool.query('select from howdah.queue_registry limit 1');
    return { ok: true };
  } catch (error) {
    return { ok: false, detail: error instanceof Error ? error.message : String(error) };
  }
}

function checkRunners(processor: Processor) {
  const idle = processor.idleQueues();
  return idle.length === 0 ? { ok: true } : { ok: false, detail: `no runner for ${idle.join(', ')}` };
}
