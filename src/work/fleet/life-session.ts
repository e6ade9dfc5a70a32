import { setTimeout as delay } from 'node:timers/promises';
import { openSession, type Session } from '../../db/connections/session.ts';
import { LEAVE_OPERATORS, LISTEN_TO_OPERATORS, NEWS_MS } from './operator-news.ts';
import { paced } from './paced.ts';
import type { Warn } from './warn.ts';

const RECONNECT_DELAY_MS = 250;
const CONNECT_TIMEOUT_MS = 3_000;

/** What a session that lives answers within; one that does not may be dead, without either side having been told. */
const ANSWER_MS = 500;

/** A session silent for this long, while others are not, is replaced. Far more than a statement takes. */
const SILENT_MS = 2_500;

/** With the code of a connection that timed out, by which it is known for the database's doing. */
class SilentSessionError extends Error {
  override readonly name = 'SilentSessionError';
  readonly code = 'ETIMEDOUT';

  constructor() {
    super(`the session that shows this process to live did not answer within ${SILENT_MS} ms`);
  }
}

const SHOW = 'select howdah.show_life($1) as "isShown"';
const HIDE = 'select howdah.hide_life($1)';

type QueryRow = Record<string, unknown>;

export interface LifeSessionOptions {
  connectionString: string;
  warn: Warn;
  /** An operator changed something that workers must know of (howdah.tell_workers), or may have while nobody heard. */
  onControl: () => void;
  /** The session was lost. */
  onLost: () => void;
}

/**
 * The one session that belongs to this process for as long as it lives, recorded for each runner: the server ends it the
 * moment this process dies, which is how others learn of it within seconds. It also listens to operators, unless another
 * session of this process does (`hear`). A lost connection is replaced; until then the heartbeat alone speaks for this process, and
 * hears for it.
 */
export class LifeSession {
  readonly #options: LifeSessionOptions;
  /** Whether the session is recorded for the token. */
  readonly #tokens = new Map<string, boolean>();
  #session: Session | undefined;
  /** Tells the session in use from those that were lost: it may be over before anybody holds it. */
  #over: AbortController | undefined;
  /** Resolves when the latest statement is over: a session does one at a time. */
  #turn: Promise<unknown> = Promise.resolve();
  #verifying: Promise<boolean> | undefined;
  /** When the question that `#verifying` waits for was asked; Infinity for none. */
  #askedAt = Number.POSITIVE_INFINITY;
  #roundTripsMs: number[] = [];
  #isHearing = true;
  #isClosed = false;

  constructor(options: LifeSessionOptions) {
    this.#options = { ...options, onControl: paced(options.onControl, NEWS_MS) };
  }

  async open(): Promise<void> {
    const over = new AbortController();
    const isHearing = this.#isHearing;
    this.#turn = Promise.resolve();
    const session = await openSession({
      connectionString: this.#options.connectionString,
      applicationName: 'howdah liveness',
      connectTimeoutMs: CONNECT_TIMEOUT_MS,
      onEnd: () => {
        over.abort();
        this.#reopen(over);
      },
    });
    try {
      await inTime(this.#prepare(session, isHearing));
      over.signal.throwIfAborted();
    } catch (error) {
      session.destroy();
      throw error;
    }
    this.#session = session;
    this.#over = over;
    if (isHearing !== this.#isHearing) this.hear(this.#isHearing); // as was said meanwhile
    if (this.#isClosed) await this.close();
    else this.#options.onControl();
  }

  /** Whether operators are to be heard. As soon as they are, what they may have said before counts as said. @default true */
  hear(isWanted: boolean): void {
    this.#isHearing = isWanted;
    if (this.#session) void this.#tune(this.#session).catch(() => {}); // a lost session's heir knows what is wanted
  }

  async show(token: string): Promise<void> {
    this.#tokens.set(token, false);
    if (this.#session) await inTime(this.#show(this.#session, token));
  }

  async hide(token: string): Promise<void> {
    this.#tokens.delete(token);
    if (this.#session) await inTime(this.#query(this.#session, HIDE, [token])).catch(() => {});
  }

  /**
   * The runners that the session shows to live just now, by its own word. None when it does not answer within half a
   * second. A record that could not be made, as when the database was busy, is tried again at every call.
   */
  async verify(): Promise<ReadonlySet<string>> {
    this.#verifying ??= this.#ask().finally(() => {
      this.#verifying = undefined;
    });
    const isAlive = await Promise.race([this.#verifying, delay(ANSWER_MS, false, { ref: false })]);
    return new Set([...this.#tokens].flatMap(([token, isShown]) => (isAlive && isShown ? [token] : [])));
  }

  /** What the way to the database and back takes: the least of the latest eight times; undefined before there were three. */
  get roundTripMs(): number | undefined {
    return this.#roundTripsMs.length < 3 ? undefined : Math.min(...this.#roundTripsMs);
  }

  /**
   * Replaces a session that has been silent for too long. To be called when the database was just told that it may be
   * gone: from then on that is no sign of death. During a stall of the whole network the database knows nothing of it, and
   * cutting a session that only waits would show a process dead that lives.
   */
  replaceSilent(): void {
    if (performance.now() - this.#askedAt > SILENT_MS) this.#session?.destroy();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const session = this.#session;
    if (session) await inTime(session.end()).catch(() => session.destroy());
  }

  async #prepare(session: Session, isHearing: boolean): Promise<void> {
    session.on('notification', this.#options.onControl);
    if (isHearing) await this.#timed(session, LISTEN_TO_OPERATORS);
    await this.#timed(session, 'select 1');
    for (const token of this.#tokens.keys()) await this.#show(session, token);
  }

  async #tune(session: Session): Promise<void> {
    const isHearing = this.#isHearing;
    await this.#query(session, isHearing ? LISTEN_TO_OPERATORS : LEAVE_OPERATORS);
    if (isHearing) this.#options.onControl();
  }

  async #show(session: Session, token: string): Promise<void> {
    const { rows } = await this.#query<{ isShown: boolean }>(session, SHOW, [token]);
    if (this.#tokens.has(token)) this.#tokens.set(token, rows[0]?.isShown ?? false);
  }

  async #ask(): Promise<boolean> {
    const session = this.#session;
    if (!session) return false;
    this.#askedAt = performance.now();
    try {
      await this.#turn;
      await this.#timed(session, 'select 1');
      await this.#showMissing(session);
      return this.#session === session;
    } catch {
      return false;
    } finally {
      this.#askedAt = Number.POSITIVE_INFINITY;
    }
  }

  async #showMissing(session: Session): Promise<void> {
    for (const [token, isShown] of this.#tokens) {
      if (!isShown) await this.#show(session, token);
    }
  }

  /** A statement that is next to nothing for the database. */
  async #timed(session: Session, text: string): Promise<void> {
    const sentAt = performance.now();
    await this.#query(session, text);
    this.#roundTripsMs = [...this.#roundTripsMs, performance.now() - sentAt].slice(-8);
  }

  #query<Row extends QueryRow>(session: Session, text: string, values: unknown[] = []) {
    const answer = this.#turn.then(() => session.query<Row>(text, values));
    this.#turn = answer.catch(() => {});
    return answer;
  }

  #reopen(over: AbortController): void {
    if (this.#isClosed || this.#over !== over) return;
    this.#session = undefined;
    this.#over = undefined;
    this.#options.onLost();
    this.#options.warn({}, 'liveness connection lost, opening another');
    void this.#openUntilItWorks();
  }

  async #openUntilItWorks(): Promise<void> {
    for (const token of this.#tokens.keys()) this.#tokens.set(token, false);
    while (!this.#isClosed && !this.#session) {
      await delay(RECONNECT_DELAY_MS);
      await this.open().catch(() => {});
    }
  }
}

/** @throws when the session stays silent */
async function inTime<T>(answer: Promise<T>): Promise<T> {
  const silence = Promise.withResolvers<never>();
  const timer = setTimeout(() => silence.reject(new SilentSessionError()), SILENT_MS);
  try {
    return await Promise.race([answer, silence.promise]);
  } finally {
    clearTimeout(timer);
  }
}
