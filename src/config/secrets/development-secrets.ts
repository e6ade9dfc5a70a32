import { createHmac, randomBytes } from 'node:crypto';
import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../../config.ts';
import { ConfigError } from '../mistakes/config-error.ts';
import { makeDataFolder } from './make-data-folder.ts';

/** Bearer tokens of the API. In production those that are not configured are undefined. */
export interface Tokens {
  readonly adminToken: string | undefined;
  readonly viewerToken: string | undefined;
  /** Of workers over HTTP. */
  readonly workerToken: string | undefined;
}

type Kept = Record<'secretKey' | 'adminToken' | 'viewerToken', string>;

/**
 * The configured tokens. In development those that are absent are generated once and kept in `secrets.json` of the data
 * folder, readable by its owner alone, so that they survive a restart and processes started together agree.
 *
 * @throws {ConfigError} when that file is damaged or cannot be written
 */
export async function developmentTokens({
  adminToken,
  viewerToken,
  workerToken,
  environment,
  dataDir,
}: Pick<Config, keyof Tokens | 'environment' | 'dataDir'>): Promise<Tokens> {
  const areGiven = adminToken !== undefined && viewerToken !== undefined;
  if (areGiven || environment === 'production') return { adminToken, viewerToken, workerToken };
  const kept = await keptSecrets(dataDir);
  return {
    adminToken: adminToken ?? kept.adminToken,
    viewerToken: viewerToken ?? kept.viewerToken,
    workerToken: workerToken ?? keptWorkerToken(kept),
  };
}

/** Made of the key, as files of older versions hold no such token. */
function keptWorkerToken({ secretKey }: Kept): string {
  return createHmac('sha256', secretKey).update('worker token').digest('base64url');
}

/**
 * A key for the application's own use in development, 43 characters, kept in the same file. @throws {ConfigError} as
 * above, and in production, where a key that nobody chose must not be used
 */
export async function developmentKey({
  environment,
  dataDir,
}: Pick<Config, 'environment' | 'dataDir'>): Promise<string> {
  if (environment === 'production') throw unusable('NODE_ENV', 'there is no development key in production');
  return (await keptSecrets(dataDir)).secretKey;
}

/** Of 32 random bytes; older versions kept no shorter ones. */
const SECRET_LENGTH = 32;

async function keptSecrets(dataDir: string): Promise<Kept> {
  const path = join(dataDir, 'secrets.json');
  try {
    return parse((await read(path)) ?? (await create(dataDir, path)), path);
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw unusable('DATA_DIR', `expected a folder to keep generated secrets in; ${reason}`);
  }
}

async function read(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/**
 * Of processes that get here together, one wins: linking, unlike renaming, fails where the name is taken, and the name
 * never stands for a file half written. Everybody then reads what the winner wrote.
 */
async function create(dataDir: string, path: string): Promise<string> {
  await makeDataFolder(dataDir);
  const draft = `${path}.${randomBytes(8).toString('hex')}`;
  try {
    await writeFile(draft, `${JSON.stringify(generate(), undefined, 2)}\n`, { mode: 0o600, flag: 'wx' });
    await link(draft, path);
  } catch (error) {
    if (!isSystemError(error, 'EEXIST')) throw error;
  } finally {
    await rm(draft, { force: true });
  }
  return readFile(path, 'utf8');
}

function generate(): Kept {
  const secret = () => randomBytes(32).toString('base64url');
  return { secretKey: secret(), adminToken: secret(), viewerToken: secret() };
}

/** Says nothing about what it found: a damaged file still holds secrets. */
function parse(text: string, path: string): Kept {
  const { secretKey, adminToken, viewerToken } = parseObject(text);
  if (isSecret(secretKey) && isSecret(adminToken) && isSecret(viewerToken)) {
    return { secretKey, adminToken, viewerToken };
  }
  const advice = 'delete it, and new ones are made; verification links mailed before will then not work';
  throw unusable('DATA_DIR', `the generated secrets in ${path} are damaged; ${advice}`);
}

function parseObject(text: string): Partial<Record<string, unknown>> {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}

function isSecret(value: unknown): value is string {
  return typeof value === 'string' && value.length >= SECRET_LENGTH;
}

function unusable(variable: string, message: string): ConfigError {
  return new ConfigError([{ variable, message }]);
}

function isSystemError(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
