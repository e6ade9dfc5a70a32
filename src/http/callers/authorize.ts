import { within } from '../../db/within.ts';
import { HowdahError } from '../../errors.ts';
import type { AppEnv } from '../app-dependencies.ts';

/** What a caller may do: everything, or look. */
export type CallerRole = 'admin' | 'viewer';

/** Who sent a request, in the host's eyes. */
export interface Caller {
  readonly role: CallerRole;
  /** The name that `howdah.audit_log` gets: 1 to 255 characters. @default the role */
  readonly actor?: string;
  /**
   * Whether an admin may enqueue jobs, and jobs again with another payload; retrying, cancelling and all else does not depend on it.
   *
   * @default true
   */
  readonly mayEnqueue?: boolean;
}

/**
 * Tells who sent a request, by whatever login the host has; undefined for nobody. It must not read the request's body.
 * `host` is what the server around it knows: from `node` the `incoming` request of node:http, with what the host's own
 * middleware put on it (`incoming.user`, say); from `fetch` whatever it was given beside the request.
 */
export type Authorize = (request: Request, host: AppEnv['Bindings']) => Answer | Promise<Answer>;

type Answer = CallerRole | Caller | undefined | null;

const MAX_ACTOR_LENGTH = 255;

/** Most that an `authorize` may take, in milliseconds, unless told. */
const AUTHORIZE_TIMEOUT_MS = 10_000;

/**
 * An `authorize` threw, or answered what it may not: `internal`; or it did not answer in time: `unavailable`. What it was is the
 * cause, for the log alone.
 */
export class LoginFailed extends HowdahError {}

/** Whom an `authorize` is asked about. */
export interface LoginQuestion {
  request: Request;
  host: AppEnv['Bindings'];
  /** @default AUTHORIZE_TIMEOUT_MS */
  limitMs?: number | undefined;
}

/**
 * The caller that an `authorize` names; undefined for nobody. What it answers when its time is up, or throws, is nobody's: a session
 * store that hangs must not hold requests for ever.
 *
 * @throws {LoginFailed} whatever it threw, an error or not: nothing of it may be taken for an answer of ours
 */
export async function askLogin(
  authorize: Authorize,
  { request, host, limitMs = AUTHORIZE_TIMEOUT_MS }: LoginQuestion,
): Promise<Required<Caller> | undefined> {
  try {
    const asked = (async () => toCaller(await authorize(request, host)))();
    const answered = await within(
      limitMs,
      asked.then((caller) => ({ caller })),
    );
    if (!answered) throw tooLate(limitMs);
    return answered.caller;
  } catch (thrown) {
    if (thrown instanceof LoginFailed) throw thrown;
    throw new LoginFailed('internal', { cause: thrown ?? new Error(`authorize threw ${thrown}`) });
  }
}

function tooLate(limitMs: number): LoginFailed {
  const late = `has not answered within ${limitMs < 1_000 ? `${limitMs} ms` : `${limitMs / 1_000} s`}`;
  const detail = `The login of this application ${late}; nothing was done`;
  return new LoginFailed('unavailable', {
    detail,
    retryAfterSeconds: 5,
    cause: new Error(`authorize ${late}`),
  });
}

/**
 * The caller that an `authorize` named; undefined for nobody.
 *
 * @throws {TypeError} for anything else than it may return: whoever that is gets no further
 */
function toCaller(answer: unknown): Required<Caller> | undefined {
  if (answer === undefined || answer === null) return undefined;
  const {
    role,
    actor = role,
    mayEnqueue = true,
  } = (typeof answer === 'string' ? { role: answer } : answer) as Partial<Caller>;
  if (role !== 'admin' && role !== 'viewer') {
    throw new TypeError(
      `authorize: expected 'admin', 'viewer', { role, actor } or undefined, received another role`,
    );
  }
  if (typeof actor !== 'string' || actor === '' || actor.length > MAX_ACTOR_LENGTH || actor.includes('\0')) {
    throw new TypeError(`authorize: expected an actor of 1 to ${MAX_ACTOR_LENGTH} characters`);
  }
  if (typeof mayEnqueue !== 'boolean') {
    throw new TypeError(`authorize: expected true or false as mayEnqueue, received ${typeof mayEnqueue}`);
  }
  return { role, actor, mayEnqueue };
}
