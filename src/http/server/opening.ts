import { HowdahError } from '../../errors.ts';
import { loggedError } from '../../observability/logged-error.ts';
import type { Logger } from '../../observability/logger.ts';
import type { App } from '../app-dependencies.ts';
import { createUnopenedApp } from './unopened-app.ts';

/** What a handler opens at its first request. */
export interface OpenedApp {
  readonly app: Pick<App, 'fetch'>;
  close?(): Promise<void>;
}

/** What answers requests: opened at the first of them, tried again at the next as long as that fails, closed for good. */
export class Opening {
  readonly #open: () => Promise<OpenedApp>;
  readonly #log: Logger;
  #opened: Promise<OpenedApp> | undefined;
  #closed: OpenedApp['app'] | undefined;

  constructor(open: () => Promise<OpenedApp>, log: Logger) {
    this.#open = open;
    this.#log = log;
  }

  /** Where nothing is open, what tells so. Never fails. */
  async appNow(): Promise<OpenedApp['app']> {
    if (this.#closed) return this.#closed;
    try {
      this.#opened ??= this.#open();
      return (await this.#opened).app;
    } catch (error) {
      this.#opened = undefined;
      this.#log.error({ error: loggedError(error) }, 'could not open what requests are answered with');
      return createUnopenedApp(error);
    }
  }

  /** From now on requests are told that it was closed. */
  refuse(): void {
    this.#closed ??= createUnopenedApp(new HowdahError('unavailable', { detail: 'Howdah was closed here' }));
  }

  /** Closes what was opened. */
  async close(): Promise<void> {
    const opened = await this.#opened?.catch(() => undefined);
    await opened?.close?.();
  }
}
