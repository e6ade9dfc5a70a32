import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readDatabasePlace } from '../../config.ts';
import { asyncStack } from '../../start/async-stack.ts';
import type { ExitCode } from '../command.ts';
import { CommandError } from '../command-error.ts';
import { type Loaded, RelevantFiles } from './relevant-files.ts';
import { watchSources } from './watch-sources.ts';

/** Compiled or not, as this file is. */
const SERVICE = fileURLToPath(new URL(`./service${extname(import.meta.url)}`, import.meta.url));

/** An editor writes several files for one change. */
const SETTLE_MS = 150;

export interface DevelopOptions {
  /** `--config`. @default HOWDAH_CONFIG, or howdah.config.* in the working directory */
  file: string | undefined;
}

/**
 * Runs worker and API in a process of its own, anew whenever a file that it is made of changes, until SIGINT or SIGTERM. The
 * embedded Postgres belongs to this process, so that it is there all the time.
 *
 * @throws {CommandError} when there is neither DATABASE_URL nor a Postgres to start
 */
export async function develop({ file }: DevelopOptions): Promise<ExitCode> {
  await using opened = asyncStack();
  const databaseUrl = await openDatabase(opened);
  const ending = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => ending.abort());
  const files = new RelevantFiles(process.cwd());
  const matters = (path: string) => files.has(path);
  const changes = opened.use(watchSources(process.cwd(), { settleMs: SETTLE_MS, matters }));
  while (!ending.signal.aborted) {
    const service = startService({ databaseUrl, file, files });
    const change = await changes.next(ending.signal);
    await end(service);
    if (change !== undefined) tell(`${change} changed, starting anew`);
  }
  return 0;
}

async function openDatabase(opened: AsyncDisposableStack): Promise<string> {
  const { databaseUrl, dataDir } = readDatabasePlace();
  if (databaseUrl !== undefined) return databaseUrl;
  tell(`starting Postgres in ${dataDir}`);
  const { connectionString, stop } = await startPostgres(dataDir);
  opened.defer(stop);
  return connectionString;
}

async function startPostgres(dataDir: string) {
  const { startEmbedded } = await import('../../start/database/start-embedded.ts');
  try {
    return await startEmbedded(dataDir);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new CommandError(error.message, { code: 'unavailable', cause: error });
  }
}

interface ServiceStart extends DevelopOptions {
  databaseUrl: string;
  /** Told what it is made of. */
  files: RelevantFiles;
}

/** What it says goes where this process says things; that it ended is told, and it is started again by the next change. */
function startService({ databaseUrl, file, files }: ServiceStart): ChildProcess {
  const args = [SERVICE, ...(file === undefined ? [] : [file])];
  const child = spawn(process.execPath, [...process.execArgv, ...args], {
    env: { ...process.env, DATABASE_URL: databaseUrl },
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  files.begin();
  child.on('message', (loaded: Loaded) => files.add(loaded));
  child.once('exit', (code) => {
    files.end();
    if (code !== null && code !== 0) tell('it ended; waiting for a change');
  });
  return child;
}

/** A terminal's Ctrl-C reaches the service too, which takes a second signal soon after for an echo of it. */
async function end(service: ChildProcess): Promise<void> {
  if (service.exitCode !== null || service.signalCode !== null) return;
  const ended = once(service, 'exit');
  service.kill('SIGTERM');
  await ended;
}

function tell(text: string): void {
  process.stdout.write(`howdah dev: ${text}\n`);
}
