import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { promisify } from 'node:util';
import { waitFor } from '../support/wait-for.ts';

const execute = promisify(execFile);

export interface DockerfileOptions {
  /** From where COPY takes. */
  context: string;
  /** The folder in which it makes what WORKDIR would have. */
  folder: string;
  /** What its steps know beside what it sets itself. */
  env: Record<string, string>;
}

/** What is made of a Dockerfile without docker, in a folder; its base image and its user are those of whoever asks. */
export class MadeImage {
  readonly folder: string;
  readonly env: Record<string, string>;
  command: readonly string[] = [];
  healthCheck: readonly string[] = [];

  private constructor({ folder, env }: DockerfileOptions) {
    this.folder = folder;
    this.env = { ...env };
  }

  /** Does the steps one after another. @throws for an instruction that it does not know, and where a step fails */
  static async make(dockerfile: string, options: DockerfileOptions): Promise<MadeImage> {
    await mkdir(options.folder, { recursive: true });
    const image = new MadeImage(options);
    for (const [instruction, rest] of instructions(dockerfile))
      await image.#do(instruction, rest, options.context);
    return image;
  }

  /** A container of it, once it says that it is up; killed with the stack. */
  async run(stack: AsyncDisposableStack, env: Record<string, string>, command = this.command): Promise<void> {
    const [program = '', ...args] = command;
    const child = spawn(program, args, { cwd: this.folder, env: { ...this.env, ...env } });
    stack.defer(async () => {
      if (child.exitCode === null && child.kill('SIGKILL')) await once(child, 'exit');
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (said += text));
    await waitFor(`${command.join(' ')} to be up`, () => {
      if (child.exitCode !== null) throw new Error(said);
      return /is up/.test(said);
    });
  }

  /** What HEALTHCHECK does in a container with these settings. @throws unless it ends with 0 */
  async checkHealth(env: Record<string, string>): Promise<void> {
    const [program = '', ...args] = this.healthCheck;
    await execute(program, args, { cwd: this.folder, env: { ...this.env, ...env } });
  }

  async #do(instruction: string, rest: string, context: string): Promise<void> {
    const { env, folder } = this;
    const type = (cwd: string, text: string) =>
      execute('bash', ['-euc', text], { cwd, env, timeout: 300_000, maxBuffer: 64 << 20 });
    if (instruction === 'RUN') await type(folder, rest);
    else if (instruction === 'COPY') await type(context, copying(rest, folder));
    else if (instruction === 'ENV')
      Object.assign(env, Object.fromEntries(rest.split(' ').map((each) => each.split('='))));
    else if (instruction === 'CMD') this.command = JSON.parse(rest);
    else if (instruction === 'HEALTHCHECK') this.healthCheck = JSON.parse(rest.replace(/^.*?CMD /, ''));
    else if (!/^(FROM|WORKDIR|USER|EXPOSE|STOPSIGNAL)$/.test(instruction)) throw new Error(`${instruction}?`);
  }
}

function instructions(dockerfile: string): [instruction: string, rest: string][] {
  const lines = dockerfile
    .replace(/^#.*\n/gm, '')
    .replace(/\\\n\s*/g, '')
    .split('\n');
  return lines.flatMap((line) => {
    const [, instruction, rest] = /^(\S+) (.*)$/.exec(line) ?? [];
    return instruction === undefined || rest === undefined ? [] : [[instruction, rest]];
  });
}

/** Of a folder COPY takes what is in it; every target is a folder here. */
function copying(rest: string, folder: string): string {
  const words = rest.split(' ');
  const to = `"${folder}/${words.at(-1)}"`;
  const copy = `copy() { if [ -d "$1" ]; then cp -R "$1/." ${to}; else cp "$1" ${to}; fi; }`;
  return [
    `mkdir -p ${to}`,
    copy,
    ...words.slice(0, -1).map((source) => `for each in ${source}; do copy "$each"; done`),
  ].join('\n');
}
