import type { SqlClient } from '../db/sql-client.ts';
import type { EnqueueOptions } from '../enqueue/enqueue-options.ts';
import type { EnqueuedJob, NewJob, TaskDistributor } from '../enqueue/task-distributor.ts';
import type { TaskDefinition } from '../tasks/define-task.ts';
import type { Announcer } from './announcer.ts';

/** Another distributor, with what it enqueues announced before the first of it. */
export class AnnouncingDistributor implements TaskDistributor {
  readonly #distributor: TaskDistributor;
  readonly #announcer: Announcer;

  constructor(distributor: TaskDistributor, announcer: Announcer) {
    this.#distributor = distributor;
    this.#announcer = announcer;
  }

  distribute<Payload, Given = Payload>(
    tx: SqlClient,
    task: TaskDefinition<Payload, Given>,
    payload: NoInfer<Given>,
    options?: EnqueueOptions,
  ): Promise<EnqueuedJob> {
    return this.#announcer.before(() => this.#distributor.distribute(tx, task, payload, options));
  }

  distributeMany<Payloads extends readonly unknown[]>(
    tx: SqlClient,
    jobs: { readonly [Index in keyof Payloads]: NewJob<Payloads[Index]> },
  ): Promise<EnqueuedJob[]> {
    return this.#announcer.before(() => this.#distributor.distributeMany(tx, jobs));
  }
}
