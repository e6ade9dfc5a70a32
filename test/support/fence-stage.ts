import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { waitFor } from './wait-for.ts';

/** A worker as the database sees it: a registered runner with sessions under its token, driven statement by statement. */
export interface StagedWorker {
  readonly token: string;
  readonly poolId: string;
  /** Its present session; after the rescue of the worker, a new one, as of a process that was cut off and is back. */
  session(): Promise<pg.Client>;
  /** Takes the job, as the engine's fetch does. */
  fetch(jobId: string): Promise<FetchedRun>;
}

/** One run of a job, and what its worker may say about it. */
export interface FetchedRun {
  readonly jobId: string;
  /** First parameters of howdah.report_progress and its neighbours. */
  readonly identity: readonly unknown[];
}

const FETCH = `
  update graphile_worker._private_jobs j set attempts = attempts + 1, locked_by = $2, locked_at = now()
  where j.id = $1 and is_available returning locked_at`;

/** A statement or transaction under way in a session of its own. */
export interface Act {
  readonly pid: number;
  readonly done: Promise<unknown>;
}

export class FenceStage {
  readonly #connectionString: string;
  readonly #clients: pg.Client[] = [];

  constructor(connectionString: string) {
    this.#connectionString = connectionString;
  }

  /** A session that nothing is known about; with a worker's token, one of that worker. */
  async connect(applicationName = 'stage'): Promise<pg.Client> {
    const client = new pg.Client({
      connectionString: this.#connectionString,
      application_name: applicationName,
    });
    client.on('error', () => {});
    await client.connect();
    this.#clients.push(client);
    return client;
  }

  async openWorker(): Promise<StagedWorker> {
    const token = randomUUID();
    const poolId = `pool-${token}`;
    const open = () => this.connect(`howdah:${token}`);
    let current = await open();
    current.on('end', () => {
      isEnded = true;
    });
    let isEnded = false;
    await current.query(
      `insert into howdah.runners (token, queue, kind, host, pid, concurrency, pool_id)
       values ($1, 'default', 'howdah', 'stage', 1, 1, $2)`,
      [token, poolId],
    );
    return {
      token,
      poolId,
      async session() {
        if (isEnded) current = await open();
        isEnded = false;
        return current;
      },
      async fetch(jobId) {
        const { rows } = await current.query(FETCH, [jobId, poolId]);
        return { jobId, identity: [jobId, 'default', poolId, rows[0]?.locked_at] };
      },
    };
  }

  /** Resolves once the session waits for a lock, as seen from `observer`. */
  async untilBlocked(pid: number, observer: pg.Client): Promise<void> {
    await waitFor(`session ${pid} to wait for a lock`, async () => {
      const { rows } = await observer.query(
        `select from pg_stat_activity where pid = $1 and wait_event_type = 'Lock'`,
        [pid],
      );
      return rows.length > 0;
    });
  }

  async close(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.end().catch(() => {})));
  }
}

/** The server process of a session. */
export function pidOf(client: pg.Client): number {
  return (client as unknown as { processID: number }).processID;
}
