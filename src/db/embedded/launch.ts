import { type ChildProcess, spawn } from 'node:child_process';
import { type FileHandle, open } from 'node:fs/promises';
import type { Binaries } from './binaries.ts';
import type { Place } from './place.ts';
import { programEnvironment } from './program.ts';

/** `full` survives a power cut; `none` is for data that nobody will miss. */
export type Durability = 'full' | 'none';

export interface ServerOptions {
  place: Place;
  binaries: Binaries;
  port: number;
  /** Appended to; one of more than 10 MB begins anew. */
  logPath: string;
  durability: Durability;
  /** Settings that outrank those for a development machine; a file would not. @default none */
  settings?: Readonly<Record<string, string>>;
}

/** A server process that has begun, which may yet fail to start. */
export interface Launched {
  child: ChildProcess;
  /** The last lines that it wrote to its log. */
  logTail(): Promise<string>;
}

/** In a session of its own, out of reach of a terminal's Ctrl-C; it does not keep this process alive. */
export async function launchServer({ place, logPath, ...options }: ServerOptions): Promise<Launched> {
  const log = await open(logPath, 'a', 0o600);
  try {
    if ((await log.stat()).size > MAX_LOG_BYTES) await log.truncate(0);
    const { size: start } = await log.stat();
    const child = spawn(options.binaries.postgres, ['-D', place.data, ...flagsFor(options)], {
      ...place.account,
      cwd: place.parent,
      env: programEnvironment(place.parent),
      stdio: ['ignore', log.fd, log.fd],
      detached: true,
    });
    child.unref();
    return { child, logTail: () => readTail(logPath, start) };
  } finally {
    await log.close();
  }
}

const MAX_LOG_BYTES = 10 * 1024 * 1024;
const TAIL_BYTES = 64 * 1024;
const TAIL_LINES = 12;

/** For a development machine; every session that a test run or a few processes open must fit. */
const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: 200,
  shared_buffers: '128MB',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_line_prefix: '%m [%p] %q%a ',
  cluster_name: 'howdah',
  // Its role has the name of Howdah's schema, which "$user" would mean: somebody's own tables would land in there.
  search_path: 'public',
};

const NOT_DURABLE = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  wal_level: 'minimal',
  max_wal_senders: 0,
};

function flagsFor({
  port,
  durability,
  settings = {},
}: Pick<ServerOptions, 'port' | 'durability' | 'settings'>): string[] {
  const all = { ...SETTINGS, ...(durability === 'none' ? NOT_DURABLE : {}), ...settings, port };
  return Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

async function readTail(path: string, start: number): Promise<string> {
  const file = await open(path, 'r');
  try {
    return await readEnd(file, start);
  } finally {
    await file.close();
  }
}

async function readEnd(file: FileHandle, start: number): Promise<string> {
  const { size } = await file.stat();
  const from = Math.max(start, size - TAIL_BYTES);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(size - from), 0, size - from, from);
  return buffer.subarray(0, bytesRead).toString('utf8').trim().split('\n').slice(-TAIL_LINES).join('\n');
}
