import { EmbeddedPostgresError } from './postgres-error.ts';
import { runProgram } from './program.ts';

/** Who runs the server: `undefined` is this user. Postgres refuses root, so root lends it another identity. */
export type ServerAccount = { uid: number; gid: number } | undefined;

/** In order of preference: one made for Howdah, the one made for databases, the one that every system has. */
const CANDIDATES = ['howdah', 'postgres', 'nobody'];

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/**
 * The account for a server that has no data yet; no account is created.
 *
 * @throws EmbeddedPostgresError when this is root and the system has none of the candidates
 */
export async function chooseAccount(): Promise<ServerAccount> {
  if (!isRoot()) return undefined;
  for (const name of CANDIDATES) {
    const account = await lookUp(name);
    if (account) return account;
  }
  throw new EmbeddedPostgresError(
    `Postgres does not run as root, and there is no account to run it as (${CANDIDATES.join(', ')}); run Howdah as another user, or set DATABASE_URL`,
  );
}

/** Whether the account can enter the folder, asked of the kernel: mode bits do not tell of mounts and ACLs. */
export async function canEnter(account: ServerAccount, folder: string): Promise<boolean> {
  const { isOk } = await runProgram('/bin/sh', ['-c', 'cd -- "$1"', 'sh', folder], { account, folder: '/' });
  return isOk;
}

async function lookUp(name: string): Promise<ServerAccount> {
  const options = { account: undefined, folder: '/' };
  const [uid, gid] = await Promise.all(
    ['-u', '-g'].map((flag) => runProgram('/usr/bin/id', [flag, name], options)),
  );
  if (!uid?.isOk || !gid?.isOk) return undefined;
  return { uid: Number(uid.output), gid: Number(gid.output) };
}
