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

/** An `authorize` threw, or answered what it may not: `internal`, with what it was as the cause, for the log alone. */
export class LoginFailed extends HowdahError {
  constructor(cause: unknown) {
    super('internal', { cause });
  }
}

/**
 * The caller that an `authorize` names; undefined for nobody.
 *
 * @throws {LoginFailed} whatever it threw, an error or not: nothing of it may be taken for an answer of ours
 */
export async function askLogin(
  authorize: Authorize,
  request: Request,
  host: AppEnv['Bindings'],
): Promise<Required<Caller> | undefined> {
  try {
    return toCaller(await authorize(request, host));
  } catch (thrown) {
    throw new LoginFailed(thrown ?? new Error(`authorize threw ${thrown}`));
  }
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
