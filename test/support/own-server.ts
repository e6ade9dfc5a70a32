import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, chmod, chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { findBinaries } from '../../src/db/embedded/binaries.ts';
import { createCluster, ROLE } from '../../src/db/embedded/cluster.ts';
import { launchServer } from '../../src/db/embedded/launch.ts';
import { findPlace, type Place } from '../../src/db/embedded/place.ts';
import { runProgram } from '../../src/db/embedded/program.ts';
import { randomPort } from '../../src/db/embedded/settings.ts';
import { waitFor } from './wait-for.ts';

const PASSWORD = 'a-password-for-tests';
const START_TIMEOUT_MS = 60_000;

/** A Postgres that a test may configure, end, start again and follow by a standby, as the shared one may not be. */
export class OwnServer {
  readonly port = randomPort();
  readonly place: Place;
  readonly #settings: Readonly<Record<string, string>>;
  #child: ChildProcess | undefined;

  /** @param settings what no file could say, as the server is started with it */
  constructor(place: Place, settings: Readonly<Record<string, string>> = {}) {
    this.place = place;
    this.#settings = settings;
  }

  /** Of a superuser, to the database `postgres`. */
  get url(): string {
    return `postgres://${ROLE}:${PASSWORD}@127.0.0.1:${this.port}/postgres`;
  }

  /** `host=… user=… password=…`, for a standby. */
  get conninfo(): string {
    return `host=127.0.0.1 port=${this.port} user=${ROLE} password=${PASSWORD}`;
  }

  /** Resolves when it answers. */
  async start(): Promise<void> {
    const { place, port } = this;
    const logPath = join(place.parent, 'postgres.log');
    const binaries = await findBinaries(place.account);
    const options = { place, binaries, port, logPath, durability: 'full', settings: this.#settings } as const;
    const { child, logTail } = await launchServer(options);
    this.#child = child;
    const answers = async () => {
      if (hasEnded(child)) throw new Error(await logTail());
      return this.query('select 1').catch(() => undefined);
    };
    await waitFor('the server to answer', answers, START_TIMEOUT_MS);
  }

  /** Resolves when it is gone. SIGINT: in order. SIGQUIT: as in a power cut. */
  async end(signal: 'SIGINT' | 'SIGQUIT'): Promise<void> {
    const child = this.#child;
    if (!child || hasEnded(child)) return;
    child.ref(); // Else this process may end before it has, and leave others running.
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  }

  /** One statement as a superuser. */
  async query<Row extends object>(text: string): Promise<Row[]> {
    const client = new pg.Client({ connectionString: this.url });
    client.on('error', () => {});
    await client.connect();
    try {
      return (await client.query<Row>(text)).rows;
    } finally {
      await client.end();
    }
  }
}

/** What every embedded server is started with, so that a line of postgresql.conf would have no effect. */
const STARTED_WITH = ['shared_buffers', 'max_connections'];

/**
 * One that answers; gone with the stack.
 *
 * @param settings lines as in postgresql.conf
 * @param files to put into its data folder, by name
 */
export async function startOwnServer(
  stack: AsyncDisposableStack,
  settings: readonly string[] = [],
  files: Readonly<Record<string, string>> = {},
): Promise<OwnServer> {
  const server = await makeServer(stack, startedWith(settings));
  await createCluster(server.place, await findBinaries(server.place.account), PASSWORD);
  for (const [name, text] of Object.entries(files)) await write(server.place, name, text);
  const conf = ['fsync = off', ...settings].map((line) => `${line}\n`).join('');
  await appendFile(join(server.place.data, 'postgresql.conf'), conf);
  await server.start();
  return server;
}

/** A hot standby of the server, which is down for a moment meanwhile; gone with the stack. */
export async function startStandby(stack: AsyncDisposableStack, primary: OwnServer): Promise<OwnServer> {
  const standby = await makeServer(stack);
  const { data, parent } = standby.place;
  await primary.end('SIGINT');
  const copy = ['-a', primary.place.data, data];
  const { isOk, output } = await runProgram('/bin/cp', copy, { account: undefined, folder: parent });
  if (!isOk) throw new Error(output);
  await primary.start();
  await write(standby.place, 'standby.signal', '');
  await write(standby.place, 'postgresql.auto.conf', `primary_conninfo = '${primary.conninfo}'\n`);
  await standby.start();
  return standby;
}

function startedWith(lines: readonly string[]): Record<string, string> {
  const settings = lines.map((line) => line.split('=').map((word) => word.trim()) as [string, string]);
  return Object.fromEntries(settings.filter(([name]) => STARTED_WITH.includes(name)));
}

async function makeServer(
  stack: AsyncDisposableStack,
  settings: Readonly<Record<string, string>> = {},
): Promise<OwnServer> {
  const folder = await mkdtemp(join(tmpdir(), 'howdah-server-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  await chmod(folder, 0o711);
  const server = new OwnServer(await findPlace(folder), settings);
  stack.defer(() => server.end('SIGQUIT'));
  return server;
}

async function write({ data, account }: Place, name: string, text: string): Promise<void> {
  const path = join(data, name);
  await writeFile(path, text, { mode: 0o600 });
  if (account) await chown(path, account.uid, account.gid);
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}
