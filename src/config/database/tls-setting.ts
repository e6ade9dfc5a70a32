import { readFileSync } from 'node:fs';
import { Mistake } from '../mistakes/mistake.ts';

/** How a connection is encrypted, with libpq's meaning of each mode. Paths of files in PEM. */
export interface TlsSetting {
  /**
   * `disable`: not at all. `require`: encrypted, whoever answers. `verify-ca`: by whoever a CA vouches for. `verify-full`:
   * by the host of the address.
   */
  mode: 'disable' | 'require' | 'verify-ca' | 'verify-full';
  /** The CAs to trust. @default those that Node trusts */
  rootCertPath: string | undefined;
  certPath: string | undefined;
  keyPath: string | undefined;
  /** The handshake comes first, without asking whether the server knows TLS; Postgres 17 and later. */
  isDirect: boolean;
}

/** What a TLS connection is made with, its files read. */
export interface TlsMaterial {
  ca?: string;
  cert?: string;
  key?: string;
  isNameChecked: boolean;
  isChainChecked: boolean;
}

const MODES = 'expected disable, require, verify-ca or verify-full in sslmode';
const KNOWN = new Set(['ssl', 'sslmode', 'sslrootcert', 'sslcert', 'sslkey', 'sslnegotiation']);

/** As the driver writes it: `ssl=true`, `ssl=no-verify`. */
const BY_SSL: Readonly<Record<string, TlsSetting['mode']>> = {
  true: 'verify-full',
  1: 'verify-full',
  false: 'disable',
  0: 'disable',
  'no-verify': 'require',
};

/** The weaker ones would fall back to no encryption where an attacker says so; here they do not. */
const BY_MODE: Readonly<Record<string, TlsSetting['mode']>> = {
  disable: 'disable',
  allow: 'require',
  prefer: 'require',
  require: 'require',
  'no-verify': 'require',
  'verify-ca': 'verify-ca',
  'verify-full': 'verify-full',
};

/** What an address says about TLS; undefined when nothing. @throws {Mistake} */
export function parseTls(parameters: URLSearchParams): TlsSetting | undefined {
  const names = [...parameters.keys()].filter((name) => name.startsWith('ssl'));
  if (names.length === 0) return undefined;
  const unknown = names.filter((name) => !KNOWN.has(name));
  if (unknown.length > 0)
    throw new Mistake(`${unknown.join(', ')}: unknown here; docs/connecting.md has what there is`);
  const root = parameters.get('sslrootcert');
  return {
    mode: parseMode(parameters, root),
    rootCertPath: root === null || root === 'system' ? undefined : root,
    certPath: parameters.get('sslcert') ?? undefined,
    keyPath: parameters.get('sslkey') ?? undefined,
    isDirect: parameters.get('sslnegotiation') === 'direct',
  };
}

/** @throws {Mistake} naming the parameter whose file cannot be read, and why */
export function readTls({ mode, rootCertPath, certPath, keyPath }: TlsSetting): TlsMaterial {
  return {
    isChainChecked: mode !== 'require',
    isNameChecked: mode === 'verify-full',
    ...(rootCertPath === undefined ? {} : { ca: readFile('sslrootcert', rootCertPath) }),
    ...(certPath === undefined ? {} : { cert: readFile('sslcert', certPath) }),
    ...(keyPath === undefined ? {} : { key: readFile('sslkey', keyPath) }),
  };
}

/** As in libpq: to name CAs is to want them asked. */
function parseMode(parameters: URLSearchParams, root: string | null): TlsSetting['mode'] {
  const byMode = parameters.get('sslmode');
  const bySsl = parameters.get('ssl');
  const mode = byMode !== null ? BY_MODE[byMode] : bySsl !== null ? BY_SSL[bySsl] : 'verify-full';
  if (mode === undefined) throw new Mistake(MODES);
  if (mode === 'require' && root === 'system') return 'verify-full';
  if (mode === 'require' && root !== null) return 'verify-ca';
  if (mode === 'verify-ca' && (root === null || root === 'system')) {
    throw new Mistake(
      'verify-ca needs the CA of the server in sslrootcert; with a public one write verify-full',
    );
  }
  return mode;
}

function readFile(parameter: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new Mistake(`${parameter}: cannot read ${path} (${(error as NodeJS.ErrnoException).code})`);
  }
}
