import { readFileSync } from 'node:fs';

/** A broker of Kafka, by where it listens. */
export interface KafkaNode {
  readonly host: string;
  readonly port: number;
}

/** What KAFKA_URL says. */
export interface KafkaAddress {
  /** Brokers to ask first; they know the others. */
  readonly nodes: readonly KafkaNode[];
  /** Undefined for connections that are not encrypted. */
  readonly tls: { readonly ca?: string; readonly cert?: string; readonly key?: string } | undefined;
  readonly sasl:
    | { readonly mechanism: SaslMechanism; readonly username: string; readonly password: string }
    | undefined;
}

type SaslMechanism = 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512';

const DEFAULT_PORT = 9092;
const URL_PARTS = /^kafka:\/\/(?:([^@/?#]*)@)?([^@/?#]*)\/?(?:\?([^#]*))?$/;
const NODE = /^(\[[0-9a-f:.]+\]|[^:\s]+)(?::(\d{1,5}))?$/i;
const FILES = ['ca', 'cert', 'key'] as const;
const SETTINGS = new Set<string>(['tls', 'sasl', ...FILES]);

/**
 * `kafka://user:password@host:9092,other:9092?tls&sasl=scram-sha-512`. The port is 9092 where none is given; user and password are
 * percent-encoded; `sasl` is `plain` (the default with a user), `scram-sha-256` or `scram-sha-512`; `tls` encrypts, and `ca`, `cert`
 * and `key` are paths of files in PEM for it.
 *
 * @throws {Error} it is none; the message tells what is wrong, and repeats nothing that may be secret
 */
export function parseKafkaAddress(url: string): KafkaAddress {
  const [, userInfo, hosts = '', query = ''] = URL_PARTS.exec(url) ?? [];
  if (!URL_PARTS.test(url)) throw new Error('is not like kafka://user:password@host:9092,other:9092?tls');
  const settings = new URLSearchParams(query);
  const unknown = [...settings.keys()].find((name) => !SETTINGS.has(name));
  if (unknown !== undefined)
    throw new Error(
      `has a parameter that is not known: ${/^\w+$/.test(unknown) ? unknown : '…'}; there are ${[...SETTINGS].join(', ')}`,
    );
  return {
    nodes: hosts.split(',').map(parseNode),
    tls: parseTls(settings),
    sasl: parseSasl(userInfo, settings),
  };
}

function parseNode(text: string): KafkaNode {
  const [, host = '', port = String(DEFAULT_PORT)] = NODE.exec(text) ?? [];
  const isPort = Number(port) >= 1 && Number(port) <= 65_535;
  if (host === '' || !isPort) throw new Error('has a host that is not like host:9092');
  return { host: host.replace(/^\[|\]$/g, ''), port: Number(port) };
}

function parseTls(settings: URLSearchParams): KafkaAddress['tls'] {
  const tls = settings.get('tls') ?? (FILES.some((name) => settings.has(name)) ? 'true' : 'false');
  if (!['', 'true', 'false'].includes(tls)) throw new Error('has a tls that is neither true nor false');
  if (tls === 'false') return undefined;
  return Object.fromEntries(
    FILES.flatMap((name) => {
      const path = settings.get(name);
      return path === null ? [] : [[name, readPem(name, path)]];
    }),
  );
}

function readPem(name: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new Error(`names a file by ${name} that cannot be read: ${path}`, { cause });
  }
}

function parseSasl(userInfo: string | undefined, settings: URLSearchParams): KafkaAddress['sasl'] {
  const given = settings.get('sasl');
  if (userInfo === undefined) {
    if (given !== null) throw new Error('has a parameter sasl and no user:password@');
    return undefined;
  }
  const mechanism = (given ?? 'plain').toUpperCase();
  if (mechanism !== 'PLAIN' && mechanism !== 'SCRAM-SHA-256' && mechanism !== 'SCRAM-SHA-512')
    throw new Error('has a sasl that is none of plain, scram-sha-256, scram-sha-512');
  const [username = '', password = ''] = splitOnce(userInfo, ':').map(decode);
  if (username === '' || password === '') throw new Error('has a user without a password, or the other way');
  return { mechanism, username, password };
}

function splitOnce(text: string, at: string): string[] {
  const index = text.indexOf(at);
  return index < 0 ? [text] : [text.slice(0, index), text.slice(index + 1)];
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw new Error('has a user or a password with a % that encodes nothing', { cause });
  }
}
