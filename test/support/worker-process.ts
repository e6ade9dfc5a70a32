import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { waitFor } from './wait-for.ts';

const SCRIPT = fileURLToPath(new URL('./hanging-worker.ts', import.meta.url));

/** A worker in a process of its own. */
export interface WorkerProcess {
  readonly pid: number;
  /** Ids of the hanging jobs it has begun. */
  started(): string[];
  signal(signal: NodeJS.Signals): void;
  /** Resolves when the process has ended. */
  readonly exited: Promise<unknown>;
}

/** A worker process that is taking jobs of the queue `default`. */
export async function startWorkerProcess(connectionString: string, concurrency = 2): Promise<WorkerProcess> {
  const child = spawn(process.execPath, [SCRIPT, connectionString, String(concurrency)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const output = collect(child);
  const exited = once(child, 'exit');
  await waitFor(
    'the worker process to be ready or gone',
    () => output.lines().includes('ready') || child.exitCode !== null || child.signalCode !== null,
  );
  return {
    pid: child.pid ?? 0,
    started: () => output.lines().flatMap((line) => (line.startsWith('started ') ? [line.slice(8)] : [])),
    signal: (signal) => void child.kill(signal),
    exited,
  };
}

function collect(child: ChildProcess) {
  let text = '';
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  return { lines: () => text.split('\n') };
}
