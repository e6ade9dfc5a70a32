import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';

const SCRIPT = fileURLToPath(new URL('../../src/bank/demo.ts', import.meta.url));

export interface DemoRun {
  exitCode: number | null;
  /** What it told, without colours. */
  told: string;
  /** What it wrote to standard error. */
  complaints: string;
  /** Names in its temporary folder, and command lines of processes that use it, once it had ended. */
  leftovers: string[];
}

export interface DemoOptions {
  args?: string[];
  /** Beside PATH and TMPDIR, all that it knows of its surroundings. */
  env?: Record<string, string>;
  /** Sends SIGTERM as soon as this was told. */
  stopAfter?: string;
}

/** The demo in a process and a temporary folder of its own, to its end. */
export async function runDemo({ args = [], env = {}, stopAfter }: DemoOptions = {}): Promise<DemoRun> {
  const folder = await mkdtemp(join(tmpdir(), 'howdah-demo-test-'));
  await chmod(folder, 0o755); // Where root runs this, Postgres runs as somebody else.
  const child = spawn(process.execPath, [SCRIPT, ...args], {
    env: { PATH: process.env.PATH, TMPDIR: folder, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let told = '';
  let complaints = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const isNew = stopAfter !== undefined && !told.includes(stopAfter);
    told += text;
    if (isNew && told.includes(stopAfter)) child.kill('SIGTERM');
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints += text;
  });
  const [exitCode] = (await once(child, 'close')) as [number | null];
  const leftovers = [...(await readdir(folder)), ...(await processesUsing(folder))];
  await rm(folder, { recursive: true, force: true });
  return { exitCode, told: stripVTControlCharacters(told), complaints, leftovers };
}

/** Linux only; elsewhere an empty folder has to do. */
async function processesUsing(folder: string): Promise<string[]> {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  const commands = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
  );
  return commands.filter((command) => command.includes(folder));
}

/** Each line somewhere after the one before it. */
export function assertToldInOrder(told: string, lines: readonly RegExp[]): void {
  let rest = told;
  for (const line of lines) {
    const match = line.exec(rest);
    assert.ok(match, `${line} is not told (any more) in:\n${told}`);
    rest = rest.slice(match.index + match[0].length);
  }
}
