import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { type OwnServer, startOwnServer } from '../test/support/own-server.ts';
import { leaveNothing } from './leave-nothing.ts';

/** What contenders keep their jobs in. */
export interface Servers {
  /** Of its first process. */
  pid(server: 'postgres' | 'redis'): number;
  /** A place of its own for a contender, empty. Undefined where there is no such server here. */
  place(name: string, server: 'postgres' | 'redis'): Promise<string | undefined>;
  /** One statement in a contender's database. */
  query<Row extends object>(url: string, text: string): Promise<Row[]>;
  /** What Postgres writes to its log meanwhile. */
  logged(work: () => Promise<unknown>): Promise<string>;
  /** As they are set up, for the report. */
  readonly about: Readonly<Record<'postgres' | 'redis', string>>;
}

/** What the comparison rests on is durable: nobody is told that a job is in, or done, before it is on disk. */
const SETTINGS = [
  'fsync = on',
  'synchronous_commit = on',
  'full_page_writes = on',
  'shared_buffers = 512MB',
  'max_wal_size = 4GB',
  'max_connections = 200',
];

/** Both, for as long as the stack lives. */
export async function startServers(stack: AsyncDisposableStack): Promise<Servers> {
  const endWithThis = leaveNothing(stack);
  const postgres = await startOwnServer(stack, SETTINGS);
  const pidFile = await readFile(join(postgres.place.data, 'postmaster.pid'), 'utf8');
  endWithThis(Number.parseInt(pidFile, 10));
  const redis = await startRedis(stack);
  if (redis?.child.pid) endWithThis(redis.child.pid);
  let databaseCount = 0;
  return {
    pid: (server) => (server === 'redis' ? (redis?.child.pid ?? 0) : Number.parseInt(pidFile, 10)),
    async place(name, server) {
      if (server === 'redis') return redis && `${redis.url}/${databaseCount++}`;
      const database = `bench_${name.replaceAll('-', '_')}_${databaseCount++}`;
      await postgres.query(`create database ${database}`);
      return postgres.url.replace(/postgres$/, database);
    },
    async query(url, text) {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      const { rows } = await client.query(text);
      await client.end();
      return rows;
    },
    async logged(work) {
      const path = join(postgres.place.parent, 'postgres.log');
      const { length } = await readFile(path);
      await work();
      return (await readFile(path)).subarray(length).toString();
    },
    about: {
      postgres: await describePostgres(postgres),
      redis: redis ? `Redis ${redis.version}: appendonly yes, appendfsync everysec` : 'no redis-server here',
    },
  };
}

/** As the server says itself: what it was started with may outrank its file. */
async function describePostgres(server: OwnServer): Promise<string> {
  const names = ['server_version', ...SETTINGS.map((line) => line.split(' ')[0])];
  const [version, ...settings] = await server.query<{ name: string; value: string }>(
    `select name, current_setting(name) as value from unnest(array['${names.join("','")}']) as name`,
  );
  return `Postgres ${version?.value}: ${settings.map(({ name, value }) => `${name} = ${value}`).join(', ')}`;
}

interface Redis {
  child: ChildProcess;
  url: string;
  version: string;
}

async function startRedis(stack: AsyncDisposableStack): Promise<Redis | undefined> {
  const version = await redisVersion();
  if (version === undefined) return undefined;
  const folder = await mkdtemp(join(tmpdir(), 'howdah-bench-redis-'));
  stack.defer(() => rm(folder, { recursive: true }));
  const port = await freePort();
  const settings = {
    port,
    bind: '127.0.0.1',
    dir: folder,
    save: '',
    appendonly: 'yes',
    appendfsync: 'everysec',
  };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const child = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  stack.defer(async () => {
    if (child.exitCode === null && child.kill('SIGTERM')) await once(child, 'exit');
  });
  for await (const line of child.stdout) if (String(line).includes('Ready to accept')) break;
  child.stdout.resume();
  return { child, url: `redis://127.0.0.1:${port}`, version };
}

async function redisVersion(): Promise<string | undefined> {
  const child = spawn('redis-server', ['--version'], { stdio: ['ignore', 'pipe', 'ignore'] });
  const [text] = await Promise.race([once(child.stdout, 'data'), once(child, 'error').then(() => [''])]);
  return /v=([\d.]+)/.exec(String(text))?.[1];
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
