import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Caller, CallerRole } from '../../http/callers/authorize.ts';

/** Of a token, which may do all that its role may. */
type KnownCaller = Required<Pick<Caller, 'role' | 'actor'>>;

/** The tokens of the API; a session is worth what the one is that it was made from. */
export interface Tokens {
  readonly adminToken?: string | undefined;
  readonly viewerToken?: string | undefined;
}

/** How long somebody stays logged in. */
export const SESSION_SECONDS = 12 * 60 * 60;

const MAX_LENGTH = 2_000;

/**
 * Cookies of one host are shared by all its ports; two services on it each keep their own. Made from the lesser token: who has
 * that is told the name, and could try out guesses at anything else that it is made from.
 */
export function sessionName({ adminToken = '', viewerToken = '' }: Tokens): string {
  const own = createHmac('sha256', 'howdah dashboard cookie').update(viewerToken || adminToken);
  return `howdah_${own.digest('hex').slice(0, 8)}`;
}

/**
 * What the cookie of a session holds: role, name and end, sealed with the token that it was made from. No server remembers
 * it, so every process with that token takes it, and another token ends it.
 *
 * @param nowMs milliseconds since the epoch
 */
export function sealSession(caller: KnownCaller, tokens: Tokens, nowMs: number): string {
  const endsAt = Math.floor(nowMs / 1000) + SESSION_SECONDS;
  const content = Buffer.from(JSON.stringify([caller.role, caller.actor, endsAt])).toString('base64url');
  return `${content}.${seal(content, tokenOf(caller.role, tokens) ?? '')}`;
}

/** Whom a cookie names; undefined for one that is broken, over, or made from another token. */
export function openSession(
  cookie: string | undefined,
  tokens: Tokens,
  nowMs: number,
): KnownCaller | undefined {
  if (cookie === undefined || cookie.length > MAX_LENGTH) return undefined;
  const [content = '', received = ''] = cookie.split('.');
  const found = readContent(content);
  const token = found && tokenOf(found.role, tokens);
  if (!found || !token || !isSame(seal(content, token), received)) return undefined;
  return found.endsAt * 1000 > nowMs ? { role: found.role, actor: found.actor } : undefined;
}

function readContent(content: string): (KnownCaller & { endsAt: number }) | undefined {
  try {
    const [role, actor, endsAt] = JSON.parse(Buffer.from(content, 'base64url').toString('utf8'));
    const isKnown = (role === 'admin' || role === 'viewer') && typeof actor === 'string';
    return isKnown && typeof endsAt === 'number' ? { role, actor, endsAt } : undefined;
  } catch {
    return undefined;
  }
}

function tokenOf(role: CallerRole, { adminToken, viewerToken }: Tokens): string | undefined {
  return role === 'admin' ? adminToken : viewerToken;
}

/** The first words keep a seal from being good for anything else that is ever made from a token. */
function seal(content: string, token: string): string {
  return createHmac('sha256', token).update(`howdah dashboard session\n${content}`).digest('base64url');
}

function isSame(expected: string, received: string): boolean {
  const [a, b] = [Buffer.from(expected), Buffer.from(received)];
  return a.length === b.length && timingSafeEqual(a, b);
}
