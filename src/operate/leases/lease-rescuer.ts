import { queryRows, type SqlClient } from '../../db/sql-client.ts';
import { endLease, type LeaseEnd, type ReleasedLease } from './end-lease.ts';

/** As often as a worker process looks for the dead. */
const LOOK_MS = 1_000;

const EXPIRED = `
  select d.token, d.queue, d.because, d.retired_as as "as"
  from howdah.dead_runners() d join howdah.runners r on r.token = d.token where r.kind = 'lease'`;
const LIVING = `select exists (select from howdah.runners r where r.kind = 'lease' and r.released_at is null) as "areAny"`;

interface ExpiredLease extends LeaseEnd {
  token: string;
  queue: string;
}

export interface LeaseRescuerOptions {
  db: SqlClient;
  onRescued(rescue: ExpiredLease & ReleasedLease): void;
  onError(error: unknown): void;
  /** Ends it. */
  stopping?: AbortSignal | undefined;
}

/**
 * Gives back the jobs of leases that ran out. Every worker process does so, but where jobs run over HTTP alone there may be none.
 * So it is done here as well, once a second, from the first request that is about a lease until there is no lease any more.
 * Keeps no process alive.
 */
export class LeaseRescuer {
  readonly #options: LeaseRescuerOptions;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: LeaseRescuerOptions) {
    this.#options = options;
    options.stopping?.addEventListener('abort', () => this.#stop());
  }

  /** There are leases. */
  watch(): void {
    if (this.#timer || this.#options.stopping?.aborted) return;
    let isLooking = false;
    this.#timer = setInterval(() => {
      if (isLooking) return;
      isLooking = true;
      void this.#look().finally(() => {
        isLooking = false;
      });
    }, LOOK_MS).unref();
  }

  async #look(): Promise<void> {
    const { db, onRescued, onError } = this.#options;
    try {
      for (const expired of await queryRows<ExpiredLease>(db, EXPIRED, [])) {
        onRescued({ ...expired, ...(await endLease(db, expired.token, expired)) });
      }
      const [living] = await queryRows<{ areAny: boolean }>(db, LIVING, []);
      if (living?.areAny === false) this.#stop();
    } catch (error) {
      onError(error);
    }
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
