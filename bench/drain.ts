import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Said } from './contender.ts';
import { serverCpuMs } from './processes.ts';
import type { Servers } from './servers.ts';

const PROGRAM = fileURLToPath(new URL('contender.ts', import.meta.url));

/** What it took to work off jobs that were there when the worker started. */
export interface Drained {
  /** From when the worker took jobs to the last of them. */
  jobsPerSecond: number;
  /** CPU of the worker's process for 1,000 jobs, from when it took jobs to when it had stopped: milliseconds. */
  nodeMs: number;
  /** The same of the server; what the worker's start cost it included. */
  serverMs: number;
  /** CPU of the worker's start, in milliseconds. */
  startMs: number;
  peakMb: number;
}

/** One contender and where it keeps its jobs. */
export interface Place {
  name: string;
  setup: string;
  server: 'postgres' | 'redis';
  url: string;
  isSlow: boolean;
}

/** @param jobs how many, and how many at once */
export async function drain(
  { name, server, url }: Place,
  servers: Servers,
  { jobs, concurrency }: { jobs: number; concurrency: number },
): Promise<Drained> {
  await runContender(name, ['fill', url, String(jobs)]);
  if (server === 'postgres') await servers.query(url, 'vacuum analyze');
  if (server === 'postgres') await servers.query(url, 'checkpoint');
  const before = serverCpuMs(servers.pid(server));
  const said = await runContender(name, ['drain', url, String(jobs), String(concurrency)]);
  const serverMs = serverCpuMs(servers.pid(server)) - before;
  const { cpuMs: startMs } = the(said, 'ready');
  const { cpuMs, peakMb } = the(said, 'stopped');
  const thousands = jobs / 1_000;
  return {
    jobsPerSecond: (jobs / the(said, 'drained').ms) * 1_000,
    nodeMs: (cpuMs - startMs) / thousands,
    serverMs: serverMs / thousands,
    startMs,
    peakMb,
  };
}

/** One command of a contender in a process of its own. @throws when it fails, with what it said */
export async function runContender(name: string, args: readonly string[]): Promise<Said[]> {
  const child = spawn(process.execPath, [PROGRAM, name, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const said: Said[] = [];
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line.startsWith('{"event"')) said.push(JSON.parse(line) as Said);
  });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${name} ${args[0]} ended with ${code}: ${errors}`);
  return said;
}

export function the<Event extends Said['event']>(
  said: readonly Said[],
  event: Event,
): Said & { event: Event } {
  const found = said.find((each) => each.event === event);
  if (!found) throw new Error(`nothing was said of "${event}"`);
  return found as Said & { event: Event };
}
