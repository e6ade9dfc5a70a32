// npm run bench:pages: what a page of the dashboard costs with a million live and five million finished jobs, beside the same page
// of an empty database. LIVE=… and FINISHED=… make it smaller.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { defineApp, defineHandle, defineTask, migrate, startWorker, z } from '../src/index.ts';
import { multiplyHistory } from './multiply-history.ts';
import { seedFinished, seedLive } from './pages/seed-pages.ts';
import { serverCpuMs } from './processes.ts';
import { startServers } from './servers.ts';

const ROUNDS = 5;
const PATHS = [
  '',
  '/jobs',
  '/jobs?q=state%3Acompleted',
  '/jobs?q=state%3Adiscarded',
  '/jobs?q=state%3Aretryable+task%3Amail_offer',
  '/jobs?q=queue%3Areports+error%3Anowhere',
  '/jobs?q=payload%3A%7B%22account%22%3A%22nobody%22%7D',
  '/jobs?q=key%3Anone',
  '/jobs/act?action=cancel&scope=all&q=queue%3Adefault+state%3Aavailable',
  '/failures',
  '/queues',
  '/queues/default',
  '/workers',
  '/schedules',
  '/tasks',
  '/tasks/mail_offer',
  '/audit',
];

await using stack = new AsyncDisposableStack();
const servers = await startServers(stack);
const full = await prepare('full');
const empty = await prepare('empty');
const beganAt = performance.now();
await seedLive(servers, full, Number(process.env['LIVE'] ?? 1_000_000));
await seedFinished(servers, full);
await multiplyHistory(
  servers,
  { url: full } as Parameters<typeof multiplyHistory>[1],
  Number(process.env['FINISHED'] ?? 5_000_000),
);
await servers.query(full, 'vacuum analyze');
console.log(`seeded in ${((performance.now() - beganAt) / 1_000).toFixed(0)} s`);
console.log(
  '| page | first, ms | then, ms | Node CPU | Postgres CPU | empty: ms | Node CPU | Postgres CPU | characters |',
);
console.log('|---|---:|---:|---:|---:|---:|---:|---:|---:|');
{
  await using one = await startApi(full);
  await using other = await startApi(empty);
  await one.get('/tasks');
  await other.get('/tasks');
  for (const path of PATHS) {
    const [a, b] = [await cost(one, path), await cost(other, path)];
    const cells = [a.firstMs, a.ms, a.nodeMs, a.postgresMs, b.ms, b.nodeMs, b.postgresMs];
    console.log(`| ${path || 'overview'} | ${cells.map((ms) => ms.toFixed(0)).join(' | ')} | ${a.length} |`);
  }
}

async function prepare(name: string): Promise<string> {
  const url = (await servers.place(name, 'postgres')) ?? '';
  const handle = defineHandle();
  const tasks = ['mail_offer', 'charge_card', 'render_statement'].map((name, n) =>
    handle(
      defineTask({ name, payload: z.looseObject({}), queue: ['default', 'critical', 'reports'][n] ?? '' }),
      async () => {},
    ),
  );
  const app = defineApp({ name: 'shop', tasks });
  await migrate({ app, connectionString: url });
  const worker = await startWorker({ app, connectionString: url, queues: 'default:1,critical:1,reports:1' });
  await worker.stop();
  for (const [schema, task] of [
    ['graphile_worker', 'mail_offer'],
    ['graphile_worker_critical', 'charge_card'],
    ['graphile_worker_reports', 'render_statement'],
  ]) {
    await servers.query(
      url,
      `insert into ${schema}._private_tasks (identifier) values ('${task}') on conflict do nothing`,
    );
  }
  return url;
}

async function startApi(connectionString: string) {
  const child = fork(fileURLToPath(new URL('http-server.ts', import.meta.url)), ['jobs', connectionString]);
  const [{ url }] = (await once(child, 'message')) as [{ url: string }];
  return {
    async get(path: string): Promise<string> {
      const headers = { Accept: 'text/html', Authorization: 'Bearer the-operator-of-the-bench' };
      const answer = await fetch(`${url}/dashboard${path}`, { headers });
      const text = await answer.text();
      if (!answer.ok) throw new Error(`${path}: ${answer.status} ${text.slice(0, 2_000)}`);
      return text;
    },
    async cpuMs(): Promise<number> {
      child.send('cpu');
      const [{ cpuMs }] = (await once(child, 'message')) as [{ cpuMs: number }];
      return cpuMs;
    },
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
    },
  };
}

/** Rounds stand apart by more than a shared reading lasts, so that each asks the database. */
async function cost(api: Awaited<ReturnType<typeof startApi>>, path: string) {
  const firstAt = performance.now();
  const { length } = await api.get(path);
  const firstMs = performance.now() - firstAt;
  let [ms, nodeMs, postgresMs] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 0];
  for (let round = 0; round < ROUNDS; round += 1) {
    await new Promise((resolve) => setTimeout(resolve, 2_100));
    const [node, postgres, at] = [await api.cpuMs(), serverCpuMs(servers.pid('postgres')), performance.now()];
    await api.get(path);
    ms = Math.min(ms, performance.now() - at);
    nodeMs = Math.min(nodeMs, (await api.cpuMs()) - node);
    postgresMs += (serverCpuMs(servers.pid('postgres')) - postgres) / ROUNDS; // in steps of 10 ms: the mean
  }
  return { firstMs, ms, nodeMs, postgresMs, length };
}
