import type { DemoService } from './demo-service.ts';
import type { Narrator } from './narrator.ts';

interface RunnerRow {
  queue: string;
  concurrency: number;
  host: string;
  pid: number;
}

/** Says what the demo runs on. @throws {Error} when workers of another process would take its jobs elsewhere */
export async function introduce(demo: DemoService, narrator: Narrator): Promise<void> {
  const runners = await readRunners(demo);
  refuseOthers(runners.filter(({ pid }) => pid !== process.pid));
  const place = demo.isOwnDatabase
    ? 'of its own, in a temporary folder'
    : 'of DATABASE_URL; the customer stays in it';
  narrator.fact(true, `Postgres ${await readVersion(demo)} ${place}`);
  const queues = runners.map(({ queue, concurrency }) => `${queue} (${concurrency} at once)`);
  narrator.fact(runners.length === 2, `a runner for each queue: ${queues.join(', ')}`);
  narrator.fact(
    demo.service.introduction['Mailbox'] !== undefined,
    `HTTP and a development mailbox at ${demo.service.url}`,
  );
}

async function readRunners({ database }: DemoService): Promise<RunnerRow[]> {
  const { rows } = await database.db.query<RunnerRow>(
    `select queue, concurrency, host, pid from howdah.runners
     where retired_at is null and heartbeat_at > clock_timestamp() - interval '5 seconds'
     order by queue`,
  );
  return rows;
}

function refuseOthers(others: readonly RunnerRow[]): void {
  if (others.length === 0) return;
  const places = new Set(others.map(({ host, pid }) => `process ${pid} on ${host}`));
  throw new Error(
    `workers of ${[...places].join(', ')} serve this database too and would take the jobs; stop them, or run the demo without DATABASE_URL`,
  );
}

async function readVersion({ database }: DemoService): Promise<string> {
  const { rows } = await database.db.query<{ server_version: string }>('show server_version');
  return rows[0]?.server_version ?? 'of an unknown version';
}
