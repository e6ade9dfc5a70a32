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

/** The limits that a session can have from its begin on, whatever the version of its server. */
export function sessionLimits({ statementMs, lockMs, idleMs }: ServerLimits): Partial<ServerLimits> {
  return { statementMs, lockMs, idleMs };
}

/** Limits as settings of a session. */
export function limitSettings(limits: Partial<ServerLimits>): Settings {
  return Object.fromEntries(
    LIMIT_NAMES.flatMap((name) =>
      limits[name] === undefined ? [] : [[SETTING_OF[name], inMs(limits[name])]],
    ),
  );
}

/** Those of the limits that a session has not already. */
export function limitsBeside(
  limits: Partial<ServerLimits>,
  ofSession: Partial<ServerLimits>,
): Partial<ServerLimits> {
  return Object.fromEntries(
    LIMIT_NAMES.filter((name) => limits[name] !== ofSession[name]).map((name) => [name, limits[name]]),
  );
}

/** What a client of ours knows of its server. */
interface ServerKind {
  /** Of its version, as 18 of 18.4. */
  readonly serverMajor?: number | undefined;
}

/**
 * Begins a transaction and sets what holds in it, in one message and so in one round trip. SET LOCAL is the only way that
 * also works through a pooler which hands a session to others between two transactions: it ends with the transaction.
 *
 * @param client that will ask it. One that does not know the version of its server has the server look
 */
export function beginStatement(
  { limits = {}, settings = {}, ...access }: BeginOptions,
  client: object = {},
): string {
  const { serverMajor } = client as ServerKind;
  const own = Object.entries(settings);
  const calls = [
    ...limitCalls(limits, serverMajor),
    ...own.filter(([name]) => !OURS.test(name)).map(settingCall),
  ];
  return [
    `begin isolation level read committed${toAccess(access)}${setLimits(limits, serverMajor)}`,
    ...own.filter(([name]) => OURS.test(name)).map(setLocal),
    ...(calls.length > 0 ? [`select ${calls.join(', ')}`] : []),
  ].join('; ');
}

/** SET costs a fifth of what a call does; but it takes a list for one value, as others' settings may have. */
const OURS = /^howdah\.[a-z_]+$/;

/** First version of Postgres that has transaction_timeout. */
const LIMITS_TRANSACTIONS = 17;

const KNOWS_TRANSACTION_LIMIT = `current_setting('server_version_num')::integer >= ${LIMITS_TRANSACTIONS}0000`;

/** The limits that the server is known to know. */
function setLimits(limits: Partial<ServerLimits>, serverMajor = 0): string {
  const names = LIMIT_NAMES.filter((name) => name !== 'transactionMs' || serverMajor >= LIMITS_TRANSACTIONS);
  return names
    .map((name) =>
      limits[name] === undefined ? '' : `; ${setLocal([SETTING_OF[name], inMs(limits[name])])}`,
    )
    .join('');
}

/** The one that it may not know. */
function limitCalls({ transactionMs }: Partial<ServerLimits>, serverMajor: number | undefined): string[] {
  if (transactionMs === undefined || serverMajor !== undefined) return [];
  const call = settingCall([SETTING_OF.transactionMs, inMs(transactionMs)]);
  return [`case when ${KNOWS_TRANSACTION_LIMIT} then ${call} end`];
}

function toAccess({ isReadOnly, isReadWrite }: BeginOptions): string {
  if (isReadOnly) return ', read only';
  return isReadWrite ? ', read write' : '';
}

const LIMIT_NAMES = Object.keys(SETTING_OF) as (keyof ServerLimits)[];

function inMs(limitMs: number): string {
  return `${Math.ceil(limitMs)}ms`;
}

function setLocal([name, value]: [string, string]): string {
  return `set local ${name} = ${quoted(value)}`;
}

function settingCall([name, value]: [string, string]): string {
  return `set_config(${quoted(name)}, ${quoted(value)}, true)`;
}

/** A message of the simple protocol ends at its first NUL, which no setting can hold anyway. */
function quoted(text: string): string {
  return pg.escapeLiteral(text.replaceAll('\0', ''));
}
