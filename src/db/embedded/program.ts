import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import type { ServerAccount } from './account.ts';

export interface ProgramOptions {
  account: ServerAccount;
  /** Its current folder and home, which the account can enter. */
  folder: string;
  /** What it reads from its standard input. @default nothing */
  input?: string;
}

/**
 * All that a Postgres program needs to know of its surroundings: the service's secrets are none of its business, PG*
 * variables would change its behaviour, and its messages must be in English for this code to understand them.
 *
 * @param folder becomes its home
 */
export function programEnvironment(folder: string): NodeJS.ProcessEnv {
  return { HOME: folder, LC_ALL: 'C', TZ: 'UTC' };
}

/**
 * Runs a program, named by its full path, to its end.
 *
 * @returns whether it ended with 0, and what it wrote to both of its outputs or why it did not run
 */
export async function runProgram(
  program: string,
  args: readonly string[],
  { account, folder, input = '' }: ProgramOptions,
): Promise<{ isOk: boolean; output: string }> {
  const child = spawn(program, args, { ...account, cwd: folder, env: programEnvironment(folder) });
  const ended = new Promise<boolean>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code === 0));
  });
  child.stdin.on('error', () => {}); // It may end before it has read everything.
  child.stdin.end(input);
  try {
    const [isOk, out, err] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
    return { isOk, output: `${out}${err}`.trim() };
  } catch (error) {
    return { isOk: false, output: String(error) };
  }
}
