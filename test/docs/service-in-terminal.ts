import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { waitFor } from '../support/wait-for.ts';

/** What runs until it is stopped, and what it says once it is up. */
const SERVICE = /^(\w+=\S+ )*(npx howdah (dev|worker|api|start)|npm ci && npm start|node server\.ts)$/;
const UP = /\bis up\b/;
const UP_WITHIN_MS = 240_000;

export function isService(command: string): boolean {
  return SERVICE.test(command);
}

/** A command that goes on until Ctrl-C. */
export class ServiceInTerminal {
  readonly #child: ChildProcess;
  readonly #command: string;
  #said = '';

  constructor(command: string, { folder, env }: { folder: string; env: Record<string, string> }) {
    this.#command = command;
    const child = spawn('bash', ['-c', command], {
      ...{ cwd: folder, env: { ...env }, detached: true },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => (this.#said += text));
    }
  }

  get said(): string {
    return this.#said;
  }

  /** What it has said by then. @throws when it ends before, with that too */
  async untilUp(): Promise<string> {
    const isUp = () => {
      if (this.#child.exitCode !== null) throw new Error(`${this.#command} ended:\n${this.#said}`);
      return UP.test(this.#said);
    };
    await waitFor(`"${this.#command}" to be up`, isUp, UP_WITHIN_MS);
    return this.#said;
  }

  async stop(): Promise<void> {
    const { pid = 0, exitCode, signalCode } = this.#child;
    if (exitCode !== null || signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    process.kill(-pid, 'SIGTERM');
    await ended;
  }
}
