import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Block } from './read-blocks.ts';
import { isService, ServiceInTerminal } from './service-in-terminal.ts';

const execute = promisify(execFile);

/** Of a command that hangs. With a cold cache and a slow registry, an installation alone took more than three minutes. */
const COMMAND_MS = 600_000;

export interface WalkOptions {
  folder: string;
  env: Record<string, string>;
  /** What is typed otherwise than printed: the package that is not published yet, ports that are free. */
  instead: Readonly<Record<string, string>>;
  /** Runs a block of SQL, as whoever the page says. @default none can be run */
  runSql?: (text: string) => Promise<void>;
}

/** What somebody does who follows blocks of a page: makes its files, and types its commands, in order, in one folder. */
export class PageWalk implements AsyncDisposable {
  readonly #options: WalkOptions;
  readonly #env: Record<string, string>;
  #folder: string;
  #services: ServiceInTerminal[] = [];

  constructor(options: WalkOptions) {
    this.#options = options;
    this.#folder = options.folder;
    this.#env = { ...options.env };
  }

  /** What the last service has said since it began. */
  get said(): string {
    return this.#services.at(-1)?.said ?? '';
  }

  /**
   * What the commands said, one after another. Services of a block run beside each other, each in a terminal of its own, until
   * one of a later block is started.
   *
   * @throws when one fails, with what it said
   */
  async follow(blocks: readonly Block[]): Promise<string[]> {
    const outputs: string[] = [];
    for (const { language, text } of blocks) {
      if (language === 'sh') outputs.push(...(await this.#typeAll(commands(this.#asTyped(text)))));
      else if (language === 'sql') await this.#options.runSql?.(this.#asTyped(text));
      else await this.#makeFile(text);
    }
    return outputs;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#services.splice(0).map((service) => service.stop()));
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

  async #typeAll(typed: readonly string[]): Promise<string[]> {
    const outputs: string[] = [];
    const services: ServiceInTerminal[] = [];
    for (const command of typed) {
      if (!isService(command)) outputs.push(await this.#type(command));
      else {
        if (services.length === 0) await this.stop();
        const service = new ServiceInTerminal(command, { folder: this.#folder, env: this.#env });
        services.push(service);
        this.#services.push(service);
        outputs.push(await service.untilUp());
      }
    }
    return outputs;
  }

  async #type(command: string): Promise<string> {
    const folder = /^cd (\S+)$/.exec(command)?.[1];
    if (folder) this.#folder = join(this.#folder, folder);
    if (command.startsWith('export ')) this.#export(command);
    const options = { cwd: this.#folder, env: this.#env, timeout: COMMAND_MS, maxBuffer: 64 << 20 };
    try {
      const { stdout, stderr } = await execute('bash', ['-c', folder ? 'true' : command], options);
      return stdout + stderr;
    } catch (error) {
      const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
      throw new Error(`${command}\n${stdout}${stderr}\n${this.said}`, { cause: error });
    }
  }

  #export(command: string): void {
    for (const [, name = '', value = ''] of command.matchAll(/(\w+)=(\S+)/g)) this.#env[name] = value;
  }

  #asTyped(printed: string): string {
    const { instead } = this.#options;
    return Object.entries(instead).reduce((text, [from, to]) => text.replaceAll(from, to), printed);
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
