import type { Pool } from 'pg';
import { readBrokers } from '../../look/brokers.ts';
import { readQueueStats } from '../../look/queue-stats.ts';
import { readSources } from '../../look/sources.ts';
import { readUpkeep } from '../../look/upkeep.ts';
import { readVacuumHolders } from '../../look/vacuum-holders.ts';
import type { DatabaseStats } from '../../observability/database-metrics.ts';

/** What the metrics tell of the database. */
export async function readDatabaseStats(pool: Pool): Promise<DatabaseStats> {
  return {
    queues: await readQueueStats(pool),
    vacuumHolders: await readVacuumHolders(pool),
    upkeep: await readUpkeep(pool),
    sources: await readSources(pool),
    brokers: await readBrokers(pool),
  };
}
