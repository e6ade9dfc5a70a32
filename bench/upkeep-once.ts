import pg from 'pg';
import { inBatches } from '../src/work/upkeep/in-batches.ts';
import { upkeepKinds } from '../src/work/upkeep/upkeep-kinds.ts';

/** Everything that workers do beside their jobs, until nothing of it is left: removing what is kept no longer above all. */
export async function upkeepOnce(connectionString: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    for (const kind of upkeepKinds()) await inBatches(client, kind, { signal: AbortSignal.timeout(600_000) });
  } finally {
    await client.end();
  }
}
