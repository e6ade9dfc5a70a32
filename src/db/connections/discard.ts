import type { Duplex } from 'node:stream';
import type { PoolClient } from 'pg';

/**
 * Takes the connection out of its pool and cuts it at once, whatever is on its way. The server rolls back what was open on
 * it: as soon as it notices, or at its own limits when the network keeps the cut from it.
 */
export function discard(client: PoolClient): void {
  client.release(true);
  // A farewell, as release sends it, would wait for answers that may never come, and for a peer that may be gone.
  cut(client);
}

function cut(client: unknown): void {
  const { connection } = client as { connection: { stream: Duplex } };
  connection.stream.destroy();
}
