import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import { tellingEnds } from '../../src/work/engine/engine-statement.ts';
import {
  createRunnerIdentity,
  enterSession,
  hashSecret,
  type RunnerIdentity,
} from '../../src/work/fleet/runner-identity.ts';
import { openClient } from './open-client.ts';
import { createTestDatabase, type TestDatabase } from './test-database.ts';
import { waitFor } from './wait-for.ts';

/** A worker as the database sees it: a registered runner with sessions under its token, driven statement by statement. */
export interface StagedWorker {
  readonly token: string;
  readonly poolId: string;
  readonly identity: RunnerIdentity;
  /** Its present session. */
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
  readonly #database: TestDatabase | undefined;
  #clients: pg.Client[] = [];
  #stranger: string | undefined;
  #registrar: pg.Client | undefined;

  /** @param database that goes with it. @default the caller's, who drops it */
  constructor(connectionString: string, database?: TestDatabase) {
    this.#connectionString = connectionString;
    this.#database = database;
  }

  /** On a database of its own. */
  static async open(): Promise<FenceStage> {
    const database = await createTestDatabase();
    return new FenceStage(database.connectionString, database);
  }

  /** A session that nothing is known about. */
  connect(): Promise<pg.Client> {
    return this.#open('stage');
  }

  /**
   * A session of a role that may do all a worker does, and may neither end the sessions of other roles nor learn when
   * they began: as of a worker whose login was made anew.
   */
  async connectStranger(): Promise<pg.Client> {
    const client = await this.connect();
    this.#stranger ??= await createStranger(client);
    await client.query(`set role ${this.#stranger}`);
    return client;
  }

  /** @param name its application_name, which proves nothing. @default as of a worker whose address names it otherwise */
  async #open(name = 'bank'): Promise<pg.Client> {
    const client = await openClient(this.#connectionString, name);
    this.#clients.push(client);
    return client;
  }

  async openWorker(): Promise<StagedWorker> {
    const identity = createRunnerIdentity();
    const { token } = identity;
    const poolId = `pool-${token}`;
    const registrar = await this.#openRegistrar();
    await registrar.query(
      `insert into howdah.runners (token, queue, kind, host, pid, concurrency, pool_id, secret_hash)
       values ($1, 'default', 'howdah', 'stage', 1, 1, $2, $3)`,
      [token, poolId, hashSecret(identity.secret)],
    );
    const current = await this.#open();
    await enterSession(current, identity);
    return {
      token,
      poolId,
      identity,
      async session() {
        return current;
      },
      async fetch(jobId) {
        const { rows } = await current.query(FETCH, [jobId, poolId]);
        return { jobId, identity: [jobId, 'default', poolId, rows[0]?.locked_at] };
      },
    };
  }

  /** @param key its job key. @default none. @returns its id */
  async addJob(key: string | null = null): Promise<string> {
    const registrar = await this.#openRegistrar();
    const { rows } = await registrar.query<{ id: string }>(
      `select id::text from graphile_worker.add_job('send_welcome_email', '{"user_account":"old"}', job_key => $1)`,
      [key],
    );
    return rows[0]?.id ?? '';
  }

  /** As for a heartbeat that did not come. */
  async retire({ token }: StagedWorker): Promise<void> {
    const registrar = await this.#openRegistrar();
    await registrar.query('select howdah.retire_runner($1, $2)', [token, 'no heartbeat']);
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

  /** Ends every session but those. */
  async endAllBut(...kept: pg.Client[]): Promise<void> {
    const over = this.#clients.filter((client) => client !== this.#registrar && !kept.includes(client));
    this.#clients = this.#clients.filter((client) => !over.includes(client));
    await Promise.all(over.map((client) => client.end().catch(() => {})));
  }

  async close(): Promise<void> {
    const admin = await this.connect();
    if (this.#stranger) await admin.query(`drop owned by ${this.#stranger}; drop role ${this.#stranger}`);
    await Promise.all(this.#clients.map((client) => client.end().catch(() => {})));
    await this.#database?.drop();
  }

  async #openRegistrar(): Promise<pg.Client> {
    this.#registrar ??= await this.connect();
    return this.#registrar;
  }
}

async function createStranger(client: pg.Client): Promise<string> {
  const name = `howdah_stranger_${randomBytes(6).toString('hex')}`;
  await client.query(`
    create role ${name} bypassrls;
    grant usage on schema howdah, graphile_worker to ${name};
    grant all on all tables in schema howdah, graphile_worker to ${name};
    grant all on all sequences in schema howdah, graphile_worker to ${name};
    grant execute on all functions in schema howdah, graphile_worker to ${name}`);
  return name;
}

/** What a worker sends when its runs of these jobs are over. @param results as `toSetting` writes them */
export function completionOf(jobIds: readonly string[], results: string): pg.QueryConfig {
  const text =
    'delete from graphile_worker._private_jobs as jobs\nusing unnest($1::bigint[]) n(n)\nwhere id = n';
  return tellingEnds({ text, values: [jobIds] }, results);
}

/** The server process of a session. */
export function pidOf(client: pg.Client): number {
  return (client as unknown as { processID: number }).processID;
}
