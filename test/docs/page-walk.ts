import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { waitFor } from '../support/wait-for.ts';
import type { Block } from './read-blocks.ts';

const execute = promisify(execFile);

/** What runs until it is stopped, and what it says once it is up. */
const SERVICE = /^(npx howdah (dev|worker|api|start)|npm ci && npm start|node server\.ts)$/;
const UP = /\bis up\b/;
const UP_WITHIN_MS = 240_000;

export interface WalkOptions {
  folder: string;
  /** Beside PATH. */
  env: Record<string, string>;
  /** What is typed otherwise than printed: the package that is not published yet, ports that are free. */
  instead: Readonly<Record<string, string>>;
}

/** What somebody does who follows blocks of a page: makes its files, and types its commands, in order, in one folder. */
export class PageWalk implements AsyncDisposable {
  readonly #instead: Readonly<Record<string, string>>;
  readonly #env: Record<string, string>;
  #folder: string;
  #service: { child: ChildProcess; said: string } | undefined;

  constructor({ folder, env, instead }: WalkOptions) {
    this.#folder = folder;
    this.#env = { PATH: process.env['PATH'] ?? '', ...env };
    this.#instead = instead;
  }

  /** What the last service has said since it began. */
  get said(): string {
    return this.#service?.said ?? '';
  }

  /** What the commands said, one after another. @throws when one fails, with what it said */
  async follow(blocks: readonly Block[]): Promise<string[]> {
    const outputs: string[] = [];
    for (const { language, text } of blocks) {
      if (language === 'sh') for (const command of commands(text)) outputs.push(await this.#type(command));
      else await this.#makeFile(text);
    }
    return outputs;
  }

  async stop(): Promise<void> {
    const child = this.#service?.child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    process.kill(-(child.pid ?? 0), 'SIGTERM');
    await ended;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** A block that begins with a name is that file. What is only shown may set variables. */
  async #makeFile(text: string): Promise<void> {
    if (text.startsWith('export ')) this.#export(this.#asTyped(text));
    const path = /^(?:\/\/|#) (\S+\.ts|crontab)$/m.exec(text.split('\n')[0] ?? '')?.[1];
    if (!path) return;
    await mkdir(dirname(join(this.#folder, path)), { recursive: true });
    await writeFile(join(this.#folder, path), this.#asTyped(text));
  }

  async #type(printed: string): Promise<string> {
    const command = this.#asTyped(printed);
    const folder = /^cd (\S+)$/.exec(command)?.[1];
    if (folder) this.#folder = join(this.#folder, folder);
    if (command.startsWith('export ')) this.#export(command);
    if (SERVICE.test(command)) return this.#serve(command);
    const options = { cwd: this.#folder, env: this.#env, timeout: 180_000, maxBuffer: 64 << 20 };
    try {
      const { stdout, stderr } = await execute('bash', ['-c', folder ? 'true' : command], options);
      return stdout + stderr;
    } catch (error) {
      const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
      throw new Error(`${printed}\n${stdout}${stderr}\n${this.said}`, { cause: error });
    }
  }

  #export(command: string): void {
    for (const [, name = '', value = ''] of command.matchAll(/(\w+)=(\S+)/g)) this.#env[name] = value;
  }

  /** In another terminal, of which there is one: what ran there is stopped first. */
  async #serve(command: string): Promise<string> {
    await this.stop();
    const child = spawn('bash', ['-c', command], {
      cwd: this.#folder,
      env: this.#env,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const service = { child, said: '' };
    this.#service = service;
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => (service.said += text));
    }
    await waitFor(
      `"${command}" to be up`,
      () => {
        if (child.exitCode !== null) throw new Error(`${command} ended:\n${service.said}`);
        return UP.test(service.said);
      },
      UP_WITHIN_MS,
    );
    return service.said;
  }

  #asTyped(printed: string): string {
    return Object.entries(this.#instead).reduce((text, [from, to]) => text.replaceAll(from, to), printed);
  }
}

/** One a line, unless a line is not at its end: a quote is open, or a backslash says so. Comments are not typed. */
function commands(block: string): string[] {
  const found: string[] = [];
  let open = '';
  for (const line of block.split('\n')) {
    open += open ? `\n${line}` : line;
    if (open.endsWith('\\') || (open.match(/'/g)?.length ?? 0) % 2 === 1) continue;
    const command = open.replace(/\s+# .*$/, '').trim();
    if (command && !command.startsWith('#')) found.push(command);
    open = '';
  }
  return found;
}
