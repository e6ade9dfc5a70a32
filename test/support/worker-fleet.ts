import type { TestDatabase } from './test-database.ts';
import { startWorkerProcess, type WorkerProcess } from './worker-process.ts';

/** Worker processes of one test, to be ended with it. */
export class WorkerFleet {
  readonly #workers: WorkerProcess[] = [];

  /** @param setting as in `startWorkerProcess` */
  async start(database: TestDatabase, setting?: number | string): Promise<WorkerProcess> {
    const worker = await startWorkerProcess(database.connectionString, setting);
    this.#workers.push(worker);
    return worker;
  }

  /** Kills what is left of them. */
  async end(): Promise<void> {
    for (const worker of this.#workers) worker.signal('SIGKILL');
    await Promise.all(this.#workers.map(({ exited }) => exited));
    this.#workers.length = 0;
  }
}
