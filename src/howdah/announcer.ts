import { loadTasks } from '../app/load-tasks.ts';
import { translatingErrors } from '../db/command-error.ts';
import { announceTasks } from '../enqueue/announce-tasks.ts';
import { HowdahError } from '../errors.ts';
import { type Catalogue, createCatalogue } from '../tasks/catalogue.ts';
import type { Connections } from './connections.ts';
import type { HowdahOptions } from './howdah.ts';

/** After a failure, enqueues go on without for so long. */
const AGAIN_AFTER_MS = 30_000;

export type AnnouncerOptions = Pick<HowdahOptions, 'tasks' | 'app' | 'application' | 'log'>;

/** Tells the database what a producer enqueues, once, before the first of it. */
export class Announcer {
  readonly #connections: Connections;
  readonly #options: AnnouncerOptions;
  #announcing: Promise<void> | undefined;
  #failure: { error: unknown; atMs: number } | undefined;

  /** @throws {TypeError} when nothing says whose tasks they are */
  constructor(connections: Connections, options: AnnouncerOptions) {
    refuseNameless(options);
    this.#connections = connections;
    this.#options = options;
  }

  /** Nothing once it is done; all who ask meanwhile share one announcement. @throws what kept it from being done */
  announce(): Promise<void> {
    this.#announcing ??= this.#announce().catch((error: unknown) => {
      this.#announcing = undefined;
      this.#failure = { error, atMs: performance.now() };
      throw error;
    });
    return this.#announcing;
  }

  /**
   * What `enqueue` returns, after the announcement. One that failed keeps nothing from being enqueued, as somebody else may
   * have announced the tasks; it is logged, and tried again half a minute later.
   *
   * @throws {HowdahError} when the tasks are refused; `unknown_task` tells why they could not be announced
   */
  async before<T>(enqueue: () => Promise<T>): Promise<T> {
    if (!this.#hasJustFailed()) await this.announce().catch((error: unknown) => this.#goOn(error));
    return enqueue().catch((error: unknown) => {
      throw this.#explained(error);
    });
  }

  async #announce(): Promise<void> {
    const catalogue = await this.#catalogue();
    if (catalogue.size === 0) return;
    const { app, application = app?.name } = this.#options;
    await translatingErrors(() => this.#connections.apart((tx) => announceTasks(tx, catalogue, application)));
    this.#failure = undefined;
  }

  async #catalogue(): Promise<Catalogue> {
    const { tasks, app } = this.#options;
    if (tasks) return createCatalogue(tasks);
    return app ? (await loadTasks(app)).catalogue : new Map();
  }

  #hasJustFailed(): boolean {
    return this.#failure !== undefined && performance.now() - this.#failure.atMs < AGAIN_AFTER_MS;
  }

  #goOn(err: unknown): void {
    if (err instanceof HowdahError || err instanceof TypeError) throw err;
    this.#options.log?.warn({ err }, 'could not announce the tasks, enqueueing all the same');
  }

  #explained(error: unknown): unknown {
    if (!this.#failure || !(error instanceof HowdahError && error.code === 'unknown_task')) return error;
    const { error: cause } = this.#failure;
    const because = cause instanceof Error ? cause.message : String(cause);
    return new HowdahError(error.kind, {
      detail: `${error.message}; announcing it failed: ${because}`,
      details: error.details,
      fields: error.fields,
      cause: error,
    });
  }
}

/** Without a name they would be those of the application that this database had before there were names. */
function refuseNameless({ tasks, app, application }: AnnouncerOptions): void {
  if (tasks === undefined || app !== undefined || application !== undefined) return;
  throw new TypeError('createHowdah: tasks: expected app, or the name of the application, beside them');
}
