import pg from 'pg';

/** How long things may take on the connections of one pool, in milliseconds, above 0 each. */
export interface Limits extends ServerLimits {
  /** To become a connection when all of the pool's are in use. */
  waitMs: number;
  /** To connect. */
  connectMs: number;
  /**
   * To answer a statement. Longer than what the server allows it, so that it is met only by a server that is out of
   * reach; what the statement did is unknown then, and its connection is destroyed.
   */
  answerMs: number;
}

/** What a statement's answer may take on its way, beyond what the server may take to make it. */
const WAY_MS = 3_000;

/**
 * Those of requests that somebody waits for.
 *
 * @param timeoutMs what a statement may take in the server; a wait for a lock half of that
 */
export function requestLimits(timeoutMs: number): Limits {
  return {
    waitMs: 2_000,
    connectMs: 5_000,
    answerMs: timeoutMs + WAY_MS,
    statementMs: timeoutMs,
    lockMs: timeoutMs / 2,
    idleMs: timeoutMs,
    transactionMs: 2 * timeoutMs,
  };
}

/** What the server itself puts an end to, whatever becomes of the client, the network and any pooler between. */
export interface ServerLimits {
  /** A statement, with its waits for locks. */
  statementMs: number;
  /** A wait for one lock. */
  lockMs: number;
  /** An open transaction in which the client sends nothing. */
  idleMs: number;
  /** A transaction from its begin to its end. Known to Postgres from 17 on. */
  transactionMs: number;
}

/** A setting of the transaction, such as `howdah.actor`. */
export type Settings = Readonly<Record<string, string>>;

export interface BeginOptions {
  /** @default those of the server, the database or the role */
  limits?: Partial<ServerLimits> | undefined;
  /** @default none */
  settings?: Settings | undefined;
  /** @default false */
  isReadOnly?: boolean;
  /** Whether it may change something whatever is the default of the session. @default false: that default holds */
  isReadWrite?: boolean;
}

const SETTING_OF: Readonly<Record<keyof ServerLimits, string>> = {
  statementMs: 'statement_timeout',
  lockMs: 'lock_timeout',
  idleMs: 'idle_in_transaction_session_timeout',
  transactionMs: 'transaction_timeout',
};

const KNOWS_TRANSACTION_TIMEOUT = `current_setting('server_version_num')::integer >= 170000`;

/**
 * Begins a transaction and sets what holds in it, in one message and so in one round trip. SET LOCAL is the only way that
 * also works through a pooler which hands a session to others between two transactions: it ends with the transaction.
 */
export function beginStatement({ limits = {}, settings = {}, ...access }: BeginOptions): string {
  const begin = `begin isolation level read committed${toAccess(access)}`;
  const calls = [...limitCalls(limits), ...Object.entries(settings).map(settingCall)];
  return calls.length === 0 ? begin : `${begin}; select ${calls.join(', ')}`;
}

function toAccess({ isReadOnly, isReadWrite }: BeginOptions): string {
  if (isReadOnly) return ', read only';
  return isReadWrite ? ', read write' : '';
}

function limitCalls(limits: Partial<ServerLimits>): string[] {
  const names = Object.keys(SETTING_OF) as (keyof ServerLimits)[];
  return names.flatMap((name) => {
    const limitMs = limits[name];
    if (limitMs === undefined) return [];
    const call = settingCall([SETTING_OF[name], `${Math.ceil(limitMs)}ms`]);
    return [name === 'transactionMs' ? `case when ${KNOWS_TRANSACTION_TIMEOUT} then ${call} end` : call];
  });
}

/** A message of the simple protocol ends at its first NUL, which no setting can hold anyway. */
function settingCall([name, value]: [string, string]): string {
  const [quotedName, quotedValue] = [name, value.replaceAll('\0', '')].map(pg.escapeLiteral);
  return `set_config(${quotedName}, ${quotedValue}, true)`;
}
