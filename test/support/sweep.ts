import type pg from 'pg';
// The engine's own statement. It does not export it, and a copy of its text would not notice when that changes.
import { resetLockedAt } from '../../node_modules/graphile-worker/dist/sql/resetLockedAt.js';
import { createRunnerIdentity, enterSession, hashSecret } from '../../src/work/fleet/runner-identity.ts';
import { openClient } from './open-client.ts';

/** What each worker of the queue `default` does every ten minutes: the engine frees what was locked for 4 hours. */
export async function sweepAsWorker(connectionString: string): Promise<void> {
  const identity = createRunnerIdentity();
  const client = await openClient(connectionString);
  try {
    await client.query(
      `insert into howdah.runners (token, queue, kind, host, pid, concurrency, pool_id, secret_hash)
       values ($1::uuid, 'default', 'howdah', 'sweeper', 1, 1, 'pool-' || $1::uuid, $2)`,
      [identity.token, hashSecret(identity.secret)],
    );
    await enterSession(client, identity);
    await sweep(client);
  } finally {
    await client.end();
  }
}

/** The same in any session. */
export async function sweep(client: pg.Client): Promise<void> {
  const withClient = Object.assign(<T>(work: (client: pg.Client) => Promise<T>) => work(client), {
    withRetries: <T>(work: (client: pg.Client) => Promise<T>) => work(client),
  });
  await resetLockedAt(
    {
      workerSchema: 'graphile_worker',
      escapedWorkerSchema: '"graphile_worker"',
      resolvedPreset: { worker: { preparedStatements: false, useNodeTime: false } },
    } as unknown as Parameters<typeof resetLockedAt>[0],
    withClient as unknown as Parameters<typeof resetLockedAt>[1],
  );
}
