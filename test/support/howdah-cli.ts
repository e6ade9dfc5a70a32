import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { runCommandLine } from '../../src/cli/run-command-line.ts';
import type { Stream } from '../../src/cli/terminal/output.ts';
import { COMPILED } from './compile-cache.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CLI = fileURLToPath(new URL('../../src/cli.ts', import.meta.url));

export interface CliResult {
  exitCode: number | null;
  stdout: string;
  stderr: string;
}

/** What `npx howdah …` in this clone said, and its exit code; started without npx, which is slow. */
export function runHowdah(
  args: string[],
  env: Record<string, string> = {},
  input?: string,
): Promise<CliResult> {
  return run([process.execPath, CLI, ...args], env, input);
}

/** The same within this process and with its environment, which is much faster. */
export async function runHere(args: string[]): Promise<CliResult> {
  const texts = { stdout: '', stderr: '' };
  const into = (name: keyof typeof texts): Stream => ({
    write(text: string | Uint8Array) {
      texts[name] += text;
      return true;
    },
  });
  const exitCode = await runCommandLine(args, { stdout: into('stdout'), stderr: into('stderr') });
  return { exitCode, ...texts };
}

/** The same as somebody types it, in a shell. */
export function runInShell(line: string, env: Record<string, string> = {}): Promise<CliResult> {
  return run(['/bin/sh', '-c', line], env);
}

/**
 * What a terminal of that width would get from a command line: `script`, of util-linux, lends it one.
 *
 * @param line what follows `howdah` on the command line
 */
export function runOnTerminal(
  line: string,
  { columns, env = {} }: { columns: number; env?: Record<string, string> },
): Promise<CliResult> {
  const command = `stty cols ${columns} rows 24; '${process.execPath}' '${CLI}' ${line}`;
  return run(['script', '-qec', command, '/dev/null'], { TERM: 'xterm-256color', ...env });
}

async function run([program = '', ...args]: string[], env: Record<string, string>, input?: string) {
  const child = spawn(program, args, {
    cwd: ROOT,
    env: {
      PATH: process.env['PATH'],
      ...COMPILED,
      HOME: process.env['HOME'],
      DATA_DIR: '/nonexistent/howdah-needs-no-data-dir',
      ...env,
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.on('error', () => {}).end(input);
  const texts = [child.stdout, child.stderr].map((stream) => {
    const chunks: string[] = [];
    stream.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk));
    return chunks;
  });
  const [exitCode] = (await once(child, 'close')) as [number | null];
  const [stdout = '', stderr = ''] = texts.map((chunks) => chunks.join(''));
  return { exitCode, stdout, stderr };
}
