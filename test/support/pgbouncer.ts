import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { chooseAccount } from '../../src/db/embedded/account.ts';
import { randomPort } from '../../src/db/embedded/settings.ts';
import { waitFor } from './wait-for.ts';

const PROGRAM = '/usr/sbin/pgbouncer';

/** Why tests that need one are skipped; false where there is one. */
export const noPgBouncer = existsSync(PROGRAM) ? false : `there is no ${PROGRAM} here`;

/** A pooler before a server. */
export interface PgBouncer {
  /** The given URL, leading through it. */
  readonly url: string;
  /** Names of the connections to it, one entry each. */
  clients(): Promise<string[]>;
}

/** In front of the server of that URL; gone with the stack. */
export async function startPgBouncer(
  stack: AsyncDisposableStack,
  targetUrl: string,
  mode: 'transaction' | 'session',
): Promise<PgBouncer> {
  const target = new URL(targetUrl);
  const port = randomPort();
  const folder = await writeSettings(stack, iniOf(target, port, mode), target);
  const account = await chooseAccount();
  const child = spawn(PROGRAM, [join(folder, 'pgbouncer.ini')], { ...account, stdio: 'ignore', cwd: folder });
  const exited = once(child, 'exit');
  stack.defer(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  const url = new URL(targetUrl);
  url.port = String(port);
  await waitFor('the pooler to answer', () => ask(url.href, 'select 1').catch(() => undefined));
  const console = new URL('/pgbouncer', url);
  return {
    url: url.href,
    async clients() {
      const rows = await ask<{ application_name: string }>(console.href, 'show clients');
      return rows.map((row) => row.application_name);
    },
  };
}

/** Few sessions, so that they are shared by all who come. */
function iniOf(target: URL, port: number, mode: string): string {
  const user = target.username;
  return `[databases]
* = host=${target.hostname} port=${target.port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = users.txt
admin_users = ${user}
pool_mode = ${mode}
default_pool_size = ${mode === 'transaction' ? 5 : 80}
max_client_conn = 200
`;
}

async function writeSettings(stack: AsyncDisposableStack, ini: string, target: URL): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'howdah-pgbouncer-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  await chmod(folder, 0o711);
  const account = await chooseAccount();
  const users = `"${target.username}" "${decodeURIComponent(target.password)}"\n`;
  for (const [name, text] of [
    ['pgbouncer.ini', ini],
    ['users.txt', users],
  ] as const) {
    await writeFile(join(folder, name), text, { mode: 0o600 });
    if (account) await chown(join(folder, name), account.uid, account.gid);
  }
  return folder;
}

async function ask<Row extends object>(connectionString: string, text: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query<Row>(text)).rows;
  } finally {
    await client.end();
  }
}
