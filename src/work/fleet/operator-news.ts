import type { ClientBase, Notification } from 'pg';
import { paced } from './paced.ts';

/** On it operators tell workers that something changed (howdah.tell_workers). */
const CHANNEL = 'howdah_control';

export const LISTEN_TO_OPERATORS = `listen ${CHANNEL}`;
export const LEAVE_OPERATORS = `unlisten ${CHANNEL}`;

/** Anybody who may connect may notify: who shouts is heard this often. Operators are not kept waiting by it. */
export const NEWS_MS = 100;

export interface OperatorNewsOptions {
  onNews: () => void;
  /** Whether any session hears them, where that has changed. */
  onHearing: (isHearing: boolean) => void;
}

/**
 * Hears operators over sessions that listen anyway. Each enqueue wakes every session of the database that listens, on whatever
 * channel, for a transaction of its own just when the job should begin: so a process has no more of them than it needs.
 */
export class OperatorNews {
  readonly #options: OperatorNewsOptions;
  readonly #onNotification: (news: Notification) => void;
  readonly #begun = new Set<ClientBase>();
  readonly #hearing = new Set<ClientBase>();

  constructor(options: OperatorNewsOptions) {
    const tell = paced(options.onNews, NEWS_MS);
    this.#options = options;
    this.#onNotification = ({ channel }) => {
      if (channel === CHANNEL) tell();
    };
  }

  /** The session is about to listen. It is asked once what its owner asks of it now was sent. */
  begin(client: ClientBase): void {
    this.#begun.add(client);
    client.on('notification', this.#onNotification);
    queueMicrotask(() => void this.#listen(client));
  }

  /** It will do something else, or is lost. */
  end(client: ClientBase): void {
    this.#begun.delete(client);
    client.off('notification', this.#onNotification);
    client.query(LEAVE_OPERATORS).catch(() => {}); // it is lost
    this.#tellOf(() => this.#hearing.delete(client));
  }

  async #listen(client: ClientBase): Promise<void> {
    if (!this.#begun.has(client)) return;
    const isHeard = await client.query(LISTEN_TO_OPERATORS).then(
      () => true,
      () => false, // its owner hears of it
    );
    if (isHeard && this.#begun.has(client)) this.#tellOf(() => this.#hearing.add(client));
  }

  #tellOf(change: () => void): void {
    const before = this.#hearing.size > 0;
    change();
    const isHearing = this.#hearing.size > 0;
    if (isHearing !== before) this.#options.onHearing(isHearing);
  }
}
