import { Mistake } from '../mistakes/mistake.ts';
import { DEFAULT_SCHEMA, parseSchemaName } from './schema-name.ts';
import { parseTls, type TlsSetting } from './tls-setting.ts';

/** Where a database is and how to get there. What is undefined is left to the driver: PGHOST, PGUSER and the like. */
export interface DatabaseAddress {
  /** Servers to try, of which one takes changes. At least one. */
  hosts: readonly DatabaseHost[];
  user: string | undefined;
  password: string | undefined;
  database: string | undefined;
  tls: TlsSetting | undefined;
  /** As libpq's: `-c name=value …`. */
  options: string | undefined;
  /** `read-write`: only a server that takes changes will do. */
  target: 'any' | 'read-write';
  /** Most that connecting to one of the servers may take. */
  connectTimeoutMs: number | undefined;
  isChannelBindingWanted: boolean;
  sessions: SessionKind;
  /** Howdah's schema there; a database may have several. */
  schema: string;
}

export interface DatabaseHost {
  /** A name, an IP address, or the folder of a socket, from its first slash on. */
  name: string | undefined;
  port: number | undefined;
}

/**
 * Whose the sessions at the other end are. `own`: Postgres is there. `kept`: a pooler is, and keeps a session for a
 * connection as long as that lasts. `shared`: a pooler that may give each transaction another.
 */
export type SessionKind = 'own' | 'kept' | 'shared';

const FORM = 'expected a PostgreSQL address, e.g. postgres://user:password@localhost:5432/howdah';
const ENCODE = `${FORM}; in user and password write @ as %40, / as %2F, : as %3A, ? as %3F, # as %23 and % as %25`;
const TARGETS = 'expected any, read-write or primary in target_session_attrs, as Howdah writes';

const SHAPE = /^postgres(?:ql)?:\/\/(?<authority>[^/?#]*)(?:\/(?<path>[^?#]*))?(?:\?(?<query>[^#]*))?$/i;

/** Of Howdah's own making: what was found out about the other end goes with the address. */
const SESSIONS = 'howdah_sessions';

/** HOWDAH_SCHEMA, which goes with the address: whoever connects there means that Howdah. */
const SCHEMA = 'howdah_schema';

/**
 * Reads an address as libpq does, several hosts included. No message holds a part of the value: what was taken for a
 * host may be the end of a password.
 *
 * @throws {Mistake}
 */
export function parseDatabaseAddress(value: string): DatabaseAddress {
  const { authority = '', path = '', query = '' } = shapeOf(value);
  const split = authority.lastIndexOf('@');
  const parameters = new URLSearchParams(query);
  const [user, password] = parseLogin(split < 0 ? '' : authority.slice(0, split));
  return {
    hosts: parseHosts(authority.slice(split + 1), parameters),
    user: parameters.get('user') ?? user,
    password: parameters.get('password') ?? password,
    database: parameters.get('dbname') ?? (decode(path) || undefined),
    tls: parseTls(parameters),
    options: parameters.get('options') ?? undefined,
    ...parseConduct(parameters),
  };
}

/** The same address, with what was found out about its sessions. @throws {Mistake} */
export function withSessions(value: string, kind: SessionKind): string {
  if (parseDatabaseAddress(value).sessions === kind) return value;
  return withParameter(value, SESSIONS, kind);
}

/** The same address, of the Howdah that has this schema there. @throws {Mistake} */
export function withSchema(value: string, schema: string): string {
  if (parseDatabaseAddress(value).schema === schema) return value;
  return withParameter(value, SCHEMA, schema);
}

/** The same address, of another database there. @throws {Mistake} */
export function withDatabase(value: string, database: string): string {
  const { authority = '', query = '' } = shapeOf(value);
  const parameters = new URLSearchParams(query);
  parameters.delete('dbname');
  const rest = parameters.size === 0 ? '' : `?${parameters}`;
  return `postgres://${authority}/${encodeURIComponent(database)}${rest}`;
}

/** For messages: `postgres://user:***@host:5432/database`, nothing else of the address. @throws {Mistake} */
export function describeDatabaseAddress(value: string): string {
  const { hosts, user, password, database } = parseDatabaseAddress(value);
  const login = user === undefined ? '' : `${user}${password === undefined ? '' : ':***'}@`;
  return `postgres://${login}${hosts.map(describeHost).join(',')}/${database ?? ''}`;
}

export function describeHost({ name = '', port }: DatabaseHost): string {
  const host = name.includes(':') ? `[${name}]` : name;
  return port === undefined ? host : `${host}:${port}`;
}

function withParameter(value: string, name: string, setting: string): string {
  const [address = '', query = ''] = value.split('?');
  const parameters = new URLSearchParams(query);
  parameters.set(name, setting);
  return `${address}?${parameters}`;
}

function shapeOf(value: string) {
  if (!/^postgres(ql)?:\/\//i.test(value)) throw new Mistake(FORM);
  const { groups } = SHAPE.exec(value) ?? {};
  if (!groups) throw new Mistake(ENCODE);
  const shape = groups as { authority?: string; path?: string; query?: string };
  if (isCutShort(shape)) throw new Mistake(ENCODE);
  return shape;
}

/** Whether a password went on where a host had to end: its first part would be taken for a port, and be told. */
function isCutShort({
  authority = '',
  path,
  query = '',
}: {
  authority?: string;
  path?: string;
  query?: string;
}) {
  const hasLogin = authority.includes('@');
  const isLoginBehind = path === undefined && !hasLogin && authority.includes(':') && query.includes('@');
  return path?.includes('@') || query.split('=')[0]?.includes('@') || isLoginBehind;
}

function parseLogin(text: string): [string | undefined, string | undefined] {
  const [user = '', ...rest] = text.split(':');
  const password = rest.length === 0 ? undefined : decode(rest.join(':'));
  return [decode(user) || undefined, password || undefined];
}

function parseHosts(text: string, parameters: URLSearchParams): DatabaseHost[] {
  const named = parameters.get('host');
  const hosts = (named ?? text)
    .split(',')
    .map((host) => (named === null ? parseHost(host) : { name: host || undefined, port: undefined }));
  const ports = parameters.get('port')?.split(',') ?? [];
  return hosts.map(({ name, port }, index) => {
    const given = ports.length === 1 ? ports[0] : ports[index];
    return { name, port: given ? parsePort(given) : port };
  });
}

function parseHost(text: string): DatabaseHost {
  const { name, port } = /^(?<name>\[[^\]]*\]|[^:]*)(?::(?<port>.*))?$/.exec(text)?.groups ?? {};
  if (name === undefined) throw new Mistake(ENCODE);
  return {
    name: decode(name.replace(/^\[(.*)\]$/, '$1')) || undefined,
    port: port ? parsePort(port) : undefined,
  };
}

function parsePort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535) throw new Mistake(ENCODE);
  return port;
}

function parseConduct(parameters: URLSearchParams) {
  return {
    target: parseTarget(parameters.get('target_session_attrs')),
    connectTimeoutMs: parseSeconds(parameters.get('connect_timeout')),
    isChannelBindingWanted: parameters.get('channel_binding') === 'require',
    sessions: parseSessions(parameters),
    schema: parseSchemaName(parameters.get(SCHEMA) ?? DEFAULT_SCHEMA),
  };
}

function parseTarget(value: string | null): 'any' | 'read-write' {
  if (value === null || value === 'any') return 'any';
  if (value === 'read-write' || value === 'primary') return 'read-write';
  throw new Mistake(TARGETS);
}

/** 0 is no limit, in libpq. */
function parseSeconds(value: string | null): number | undefined {
  if (value === null || value === '0') return undefined;
  const seconds = Number(value);
  if (!(seconds > 0)) throw new Mistake('expected seconds in connect_timeout, e.g. connect_timeout=10');
  return seconds * 1_000;
}

function parseSessions(parameters: URLSearchParams): SessionKind {
  const found = parameters.get(SESSIONS);
  if (found === 'kept' || found === 'shared') return found;
  return parameters.get('pgbouncer') === 'true' ? 'shared' : 'own';
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new Mistake(ENCODE);
  }
}
