import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { EnqueueOptions } from './commands/enqueue.ts';
import type { FeedOptions } from './commands/feed.ts';
import type { ProduceOptions } from './commands/produce.ts';
import type { WorkCommandOptions } from './commands/work.ts';
import type { Said } from './said.ts';

const PROGRAM = fileURLToPath(new URL('contender.ts', import.meta.url));

/** The commands of bench/contender.ts, and what each is told. */
export interface Commands {
  setup: object;
  prepare: { queues: readonly string[] };
  feed: FeedOptions;
  work: WorkCommandOptions;
  produce: ProduceOptions;
  enqueue: EnqueueOptions;
  'pick-up': { count: number; concurrency: number };
}

type Event = Said['event'];
type Of<Name extends Event> = Extract<Said, { event: Name }>;

/** One command of a contender, in a process of its own. */
export class ContenderProcess<Command extends keyof Commands = keyof Commands> {
  readonly #child: ChildProcess;
  readonly #name: string;
  readonly #exited: Promise<number | null>;
  readonly #said: Said[] = [];
  readonly #listeners = new Set<(said: Said) => void>();
  #errors = '';

  constructor(
    { name, url = '' }: { name: string; url?: string },
    command: Command,
    options: Commands[Command],
    nodeFlags: readonly string[] = [],
  ) {
    const args = [...nodeFlags, PROGRAM, name, command, url, JSON.stringify(options)];
    const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#child = child;
    this.#name = `${name} ${command}`;
    this.#exited = once(child, 'close').then(([code]) => code as number | null);
    child.stdin.on('error', () => {}); // it has ended; `next` and `end` tell how
    child.stderr.setEncoding('utf8').on('data', (text: string) => (this.#errors += text));
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (!line.startsWith('{"event"')) return;
      const said = JSON.parse(line) as Said;
      this.#said.push(said);
      for (const listener of this.#listeners) listener(said);
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  write(line: string): void {
    this.#child.stdin?.write(`${line}\n`);
  }

  on<Name extends Event>(event: Name, listener: (said: Of<Name>) => void): void {
    this.#listeners.add((said) => {
      if (said.event === event) listener(said as Of<Name>);
    });
  }

  /** What it says next of that kind, or has said as the first. @throws when it ends before, with what it said */
  async the<Name extends Event>(event: Name): Promise<Of<Name>> {
    const found = this.#said.find((said) => said.event === event);
    return found ? (found as Of<Name>) : this.next(event);
  }

  /** What it says of that kind from now on. @throws when it ends before */
  next<Name extends Event>(event: Name): Promise<Of<Name>> {
    const { promise, resolve, reject } = Promise.withResolvers<Of<Name>>();
    this.on(event, (said) => resolve(said));
    this.#exited.then((code) => reject(this.#failure(`ended with ${code} before it said "${event}"`)));
    return promise;
  }

  /** Has it come to its end, and resolves when it has. @throws when it fails, with what it said */
  async end(): Promise<void> {
    this.#child.stdin?.end();
    const code = await this.#exited;
    if (code !== 0) throw this.#failure(`ended with ${code}`);
  }

  /** Resolves when it is gone, whatever it was at. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#exited;
  }

  #failure(what: string): Error {
    return new Error(`${this.#name} ${what}: ${this.#errors}`);
  }
}
