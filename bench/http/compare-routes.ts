import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { Agent, type IncomingMessage, request } from 'node:http';
import { fileURLToPath } from 'node:url';
import pg from 'pg';

const SERVER = fileURLToPath(new URL('server.ts', import.meta.url));
const BODY = JSON.stringify({ task: 'rest', payload: { user: 'ada', amount: 12 } });
const HEADERS = { Authorization: 'Bearer the-operator-of-the-bench', 'Content-Type': 'application/json' };

/** What requests took, the least of all rounds. */
export interface Cost {
  /** Requests a second, the most of all rounds. */
  rate: number;
  /** CPU time a request of the server's process, milliseconds. */
  serverMs: number;
  /** CPU time a request of Postgres' processes for it, milliseconds; NaN where it is on another machine. */
  postgresMs: number;
}

export interface CompareOptions {
  connectionString: string;
  method: 'GET' | 'POST';
  /** Requests of each server in each round. */
  requestCount: number;
  rounds: number;
  /** Requests at a time. */
  concurrency: number;
}

/** The same requests to the API and to a bare route, in turns, so that what else goes on falls on both. */
export async function compareRoutes(options: CompareOptions): Promise<Record<'howdah' | 'bare', Cost>> {
  await using howdah = await startServer('howdah', options);
  await using bare = await startServer('bare', options);
  const costs = { howdah: NOTHING_YET, bare: NOTHING_YET };
  await Promise.all([howdah.measure(), bare.measure()]); // what is compiled and opened first
  for (let round = 0; round < options.rounds; round += 1) {
    costs.howdah = better(costs.howdah, await howdah.measure());
    costs.bare = better(costs.bare, await bare.measure());
  }
  return costs;
}

const NOTHING_YET: Cost = {
  rate: 0,
  serverMs: Number.POSITIVE_INFINITY,
  postgresMs: Number.POSITIVE_INFINITY,
};

function better(one: Cost, other: Cost): Cost {
  return {
    rate: Math.max(one.rate, other.rate),
    serverMs: Math.min(one.serverMs, other.serverMs),
    postgresMs: Math.min(one.postgresMs, other.postgresMs),
  };
}

async function startServer(kind: 'howdah' | 'bare', options: CompareOptions) {
  // A name of its own, by which its sessions are found.
  const env = { ...process.env, DATABASE_URL: options.connectionString, PGAPPNAME: kind };
  const child = fork(SERVER, [kind], { env });
  const { url } = await answerOf<{ url: string }>(child);
  return {
    measure: () => measure(child, kind === 'bare' ? 'bare' : 'howdah api', { ...options, url }),
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
    },
  };
}

async function measure(
  child: ChildProcess,
  applicationName: string,
  options: CompareOptions & { url: string },
): Promise<Cost> {
  const { requestCount, connectionString } = options;
  const [serverBefore, postgresBefore] = [
    await cpuMsOf(child),
    await postgresCpuMs(connectionString, applicationName),
  ];
  const beganAt = performance.now();
  await sendAll(options);
  const seconds = (performance.now() - beganAt) / 1_000;
  const [server, postgres] = [await cpuMsOf(child), await postgresCpuMs(connectionString, applicationName)];
  return {
    rate: requestCount / seconds,
    serverMs: (server - serverBefore) / requestCount,
    postgresMs: (postgres - postgresBefore) / requestCount,
  };
}

async function sendAll({ url, method, requestCount, concurrency }: CompareOptions & { url: string }) {
  const agent = new Agent({ keepAlive: true, maxSockets: concurrency });
  let left = requestCount;
  const client = async () => {
    while (left > 0) {
      left -= 1;
      await send(`${url}/v1/jobs`, method, agent);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, client));
  agent.destroy();
}

async function send(url: string, method: 'GET' | 'POST', agent: Agent): Promise<void> {
  const sent = request(url, { method, agent, headers: HEADERS });
  sent.end(method === 'POST' ? BODY : undefined);
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  await once(answer.resume(), 'end');
  if ((answer.statusCode ?? 500) >= 300) throw new Error(`${method} ${url}: ${answer.statusCode}`);
}

async function cpuMsOf(child: ChildProcess): Promise<number> {
  child.send('usage');
  const { cpu } = await answerOf<{ cpu: NodeJS.CpuUsage }>(child);
  return (cpu.user + cpu.system) / 1_000;
}

async function answerOf<Answer>(child: ChildProcess): Promise<Answer> {
  const [answer] = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`the server ended with ${code}`))),
  ]);
  return answer as Answer;
}

async function postgresCpuMs(connectionString: string, applicationName: string): Promise<number> {
  const client = new pg.Client({ connectionString, application_name: 'bench' });
  await client.connect();
  const { rows } = await client.query<{ pid: number }>(
    'select pid from pg_stat_activity where datname = current_database() and application_name = $1',
    [applicationName],
  );
  await client.end();
  const times = await Promise.all(rows.map(({ pid }) => cpuMsOfProcess(pid)));
  return times.reduce((sum, each) => sum + each, 0);
}

/** As Linux counts it, in nanoseconds. */
async function cpuMsOfProcess(pid: number): Promise<number> {
  const schedule = await readFile(`/proc/${pid}/schedstat`, 'utf8').catch(() => 'NaN');
  return Number(schedule.split(' ')[0]) / 1_000_000;
}
