import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { waitFor } from './wait-for.ts';

const HANGING = './hanging-worker.ts';
const RELAY = './relay-worker.ts';

/** A worker in a process of its own. */
export interface WorkerProcess {
  readonly pid: number;
  /** Ids of the hanging jobs it has begun. */
  started(): string[];
  /** Ids of the jobs that are through with their spinning. */
  spun(): string[];
  /** Ids of the hanging jobs whose signal fired. */
  aborted(): string[];
  /** The lines on its standard error. */
  complaints(): string[];
  /** Whether it said that (hanging-worker.ts tells what it says). */
  said(words: string): boolean;
  /** The log lines whose message matches. */
  logged(message: RegExp): Record<string, unknown>[];
  signal(signal: NodeJS.Signals): void;
  hasEnded(): boolean;
  /** Resolves when the process has ended. */
  readonly exited: Promise<unknown>;
}

/**
 * A worker process that is taking jobs.
 *
 * @param setting concurrency of the queue `default`, or queues as in QUEUES. @default 2
 */
export async function startWorkerProcess(
  connectionString: string,
  setting: number | string = 2,
): Promise<WorkerProcess> {
  const queues = typeof setting === 'number' ? [String(setting)] : ['0', setting];
  return startScript(HANGING, [connectionString, ...queues]);
}

/**
 * A worker process whose jobs go to a broker (relay-worker.ts) and that is taking jobs, as far as the broker is there.
 *
 * @param port where its TcpBroker is, or is not
 * @param shutdownMs what its runs get when it is told to end. @default 20,000
 */
export async function startRelayWorker(
  connectionString: string,
  { port, concurrency = 2, shutdownMs = 20_000 }: { port: number; concurrency?: number; shutdownMs?: number },
): Promise<WorkerProcess> {
  return startScript(RELAY, [connectionString, String(port), String(concurrency), String(shutdownMs)]);
}

async function startScript(script: string, args: readonly string[]): Promise<WorkerProcess> {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const child = spawn(process.execPath, [path, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const output = collect(child.stdout);
  const complaints = collect(child.stderr);
  const exited = once(child, 'exit');
  await waitFor(
    'the worker process to be ready or gone',
    () => output.lines().includes('ready') || child.exitCode !== null || child.signalCode !== null,
  );
  return {
    pid: child.pid ?? 0,
    started: () => idsAfter('started', output.lines()),
    spun: () => idsAfter('spun', output.lines()),
    aborted: () => idsAfter('aborted', output.lines()),
    complaints: () => complaints.lines(),
    said: (words) => output.lines().includes(words),
    logged: (message) => parseLog(output.lines()).filter(({ msg }) => message.test(String(msg))),
    hasEnded: () => child.exitCode !== null || child.signalCode !== null,
    signal: (signal) => void child.kill(signal),
    exited,
  };
}

function idsAfter(word: string, lines: readonly string[]): string[] {
  return lines.map((line) => line.split(' ')).flatMap(([first, id = '']) => (first === word ? [id] : []));
}

function parseLog(lines: readonly string[]): Record<string, unknown>[] {
  return lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));
}

function collect(stream: Readable) {
  let text = '';
  stream.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  return { lines: () => text.split('\n') };
}
