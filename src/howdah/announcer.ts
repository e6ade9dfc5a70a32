import { loadTasks } from '../app/load-tasks.ts';
import { translatingErrors } from '../db/command-error.ts';
import type { Transaction } from '../db/database.ts';
import { announceRedaction } from '../enqueue/announce-redaction.ts';
import { announceTasks, announceVersions } from '../enqueue/announce-tasks.ts';
import { describeError } from '../errors/describe-error.ts';
import { HowdahError } from '../errors.ts';
import { type Catalogue, createCatalogue } from '../tasks/catalogue.ts';
import type { Connections } from './connections.ts';
import type { HowdahOptions } from './howdah-options.ts';

/** After a failure, enqueues go on without for so long. */
const AGAIN_AFTER_MS = 30_000;

/** What was announced counts as around for an hour; a few of these may fail in a row. */
const KEPT_MS = 10 * 60_000;

export type AnnouncerOptions = Pick<HowdahOptions, 'tasks' | 'app' | 'application' | 'log'>;

/** Tells the database what a producer enqueues: before the first of it, and again as long as it goes on. */
export class Announcer {
  readonly #connections: Connections;
  readonly #options: AnnouncerOptions;
  readonly #keptMs: number;
  #announcing: Promise<void> | undefined;
  #failure: { error: unknown; atMs: number } | undefined;
  /** What the database was told, and when it was last, or was to be. */
  #told: { catalogue: Catalogue; atMs: number } | undefined;

  /**
   * @param keptMs enqueues later than that after an announcement announce again. Milliseconds
   * @throws {TypeError} when nothing says whose tasks they are
   */
  constructor(connections: Connections, options: AnnouncerOptions, keptMs = KEPT_MS) {
    refuseNameless(options);
    this.#connections = connections;
    this.#options = options;
    this.#keptMs = keptMs;
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
   * have announced the tasks; it is logged, and tried again half a minute later. The tasks that were announced long ago are
   * announced again meanwhile: nobody waits for that, and should it fail, it is logged.
   *
   * @throws {HowdahError} when the tasks are refused; `unknown_task` tells why they could not be announced; `not_installed`
   */
  async before<T>(enqueue: () => Promise<T>): Promise<T> {
    if (!this.#hasJustFailed()) await this.announce().catch((error: unknown) => this.#goOn(error));
    this.#stayAround();
    return enqueue().catch((error: unknown) => {
      throw this.#explained(this.#connections.explained(error));
    });
  }

  async #announce(): Promise<void> {
    const catalogue = await this.#catalogue();
    if (catalogue.size === 0) return;
    const { app } = this.#options;
    await this.#tell(async (tx) => {
      await announceTasks(tx, catalogue, this.#application);
      if (app) await announceRedaction(tx, { application: app.name, fields: app.redact ?? [] });
    });
    this.#failure = undefined;
    this.#told = { catalogue, atMs: performance.now() };
  }

  /** A version counts as around for an hour: that of a producer which goes on is not to be forgotten. */
  #stayAround(): void {
    const { catalogue, atMs } = this.#told ?? {};
    if (!catalogue || performance.now() - Number(atMs) < this.#keptMs) return;
    this.#told = { catalogue, atMs: performance.now() };
    void this.#tell((tx) => announceVersions(tx, catalogue, this.#application)).catch((err: unknown) =>
      this.#options.log?.warn({ err }, 'could not announce the tasks again'),
    );
  }

  #tell(say: (tx: Transaction) => Promise<void>): Promise<void> {
    return translatingErrors(() => this.#connections.apart(say));
  }

  get #application(): string | undefined {
    const { app, application = app?.name } = this.#options;
    return application;
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
    const isRefused = err instanceof HowdahError && err.code !== 'not_installed';
    if (isRefused || err instanceof TypeError) throw err;
    this.#options.log?.warn({ err }, 'could not announce the tasks, enqueueing all the same');
  }

  #explained(error: unknown): unknown {
    if (!this.#failure || !(error instanceof HowdahError && error.code === 'unknown_task')) return error;
    const { error: cause } = this.#failure;
    const because = describeError(cause).message;
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
