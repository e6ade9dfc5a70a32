import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../config.ts';
import { ConfigError } from './config-error.ts';
import { MIN_SECRET_KEY_LENGTH } from './secrets.ts';

export interface DevelopmentSecrets {
  readonly secretKey: string;
  readonly adminToken: string;
  /** Undefined only in production, where nothing is generated. */
  readonly viewerToken: string | undefined;
}

type Generated = Record<keyof DevelopmentSecrets, string>;

/**
 * The configured secrets. In development those that are absent are generated once and kept in `secrets.json` of the
 * data folder, readable by its owner alone, so that they survive a restart and processes started together agree.
 *
 * @throws {ConfigError} when that file is damaged or cannot be written
 */
export async function developmentSecrets(config: Config): Promise<DevelopmentSecrets> {
  const { secretKey, adminToken, viewerToken } = config;
  if (secretKey !== undefined && adminToken !== undefined) {
    if (viewerToken !== undefined || config.environment === 'production') {
      return { secretKey, adminToken, viewerToken };
    }
  }
  if (config.environment === 'production')
    throw unusable('SECRET_KEY', 'required, like ADMIN_TOKEN, in production');
  const kept = await keptSecrets(config.dataDir);
  return {
    secretKey: secretKey ?? kept.secretKey,
    adminToken: adminToken ?? kept.adminToken,
    viewerToken: viewerToken ?? kept.viewerToken,
  };
}

async function keptSecrets(dataDir: string): Promise<Generated> {
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
  await mkdir(dataDir, { recursive: true });
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

function generate(): Generated {
  const secret = () => randomBytes(32).toString('base64url');
  return { secretKey: secret(), adminToken: secret(), viewerToken: secret() };
}

/** Says nothing about what it found: a damaged file still holds secrets. */
function parse(text: string, path: string): Generated {
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
  return typeof value === 'string' && value.length >= MIN_SECRET_KEY_LENGTH;
}

function unusable(variable: string, message: string): ConfigError {
  return new ConfigError([{ variable, message }]);
}

function isSystemError(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
