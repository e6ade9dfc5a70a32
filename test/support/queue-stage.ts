import assert from 'node:assert/strict';
import { openSession, type Session } from './session.ts';
import { openTestQueue, type TestHandler, type TestQueue } from './test-queue.ts';

/** A queue, and transactions whose order a test decides statement by statement. One for all tests of a file. */
export class QueueStage {
  #queue: TestQueue | undefined;
  #sessions: Session[] = [];

  /** To be called before the tests. */
  async open(...handlers: TestHandler[]): Promise<TestQueue> {
    this.#queue = await openTestQueue(handlers);
    return this.#queue;
  }

  /** A transaction that the test ends, or `clear`. @param isolation @default read committed */
  async session(isolation?: string): Promise<Session> {
    const opened = await openSession(this.#opened.pool, isolation);
    this.#sessions.push(opened);
    return opened;
  }

  /** To be called after each test: neither transactions nor jobs nor history are left, and nothing of sequences. */
  async clear(): Promise<void> {
    const { pool } = this.#opened;
    for (const session of this.#sessions) await session.end('rollback');
    this.#sessions = [];
    await pool.query('delete from graphile_worker._private_jobs');
    await pool.query('delete from graphile_worker_critical._private_jobs');
    await pool.query('delete from howdah.job_history');
    await pool.query('select howdah.promote_waiting_sequences()');
    const { rows } = await pool.query(
      'select name from howdah.sequences union all select sequence from howdah.sequence_wakeups',
    );
    assert.deepEqual(rows, [], 'nothing is left of sequences without jobs');
  }

  /** To be called after the tests. */
  async close(): Promise<void> {
    await this.#queue?.close();
  }

  get #opened(): TestQueue {
    assert.ok(this.#queue, 'the stage is open');
    return this.#queue;
  }
}
