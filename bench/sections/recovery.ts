import { setTimeout as delay } from 'node:timers/promises';
import { ContenderProcess } from '../contender-process.ts';
import { toFigures } from '../figures.ts';
import { monotonicMs } from '../monotonic-ms.ts';
import { percentile } from '../percentiles.ts';
import type { Place } from '../place.ts';
import type { Bench, Section } from '../section.ts';

const CONCURRENCY = 10;
const JOB_MS = 100;

/** Half of what both workers can do, and what one can do alone with room to spare. */
const RATE = 50;

/** No job is waited for longer than that. */
const LIMIT_MS = 120_000;

export const recovery: Section = {
  letter: 'i',
  name: 'recovery',
  title: 'A worker is killed',
  question: `Two worker processes of ${CONCURRENCY} runs at once each, ${RATE} jobs/s of ${JOB_MS} ms each. One of them gets a SIGKILL at a
moment of no plan, and another takes its place for the next time. Counted for each job that was in its hands, begun or
fetched ahead, and had not ended: the time from the SIGKILL to its start on the other worker. For graphile-worker, whose jobs stay locked for four hours,
and pg-boss, whose jobs expire after fifteen minutes by default, it is not done.`,
  sizes: { kills: { full: 20, quick: 2, least: 2 } },
  isQuick: true,
  columns: [
    { key: 'jobs', title: 'jobs that were lost' },
    { key: 'p50', title: 'p50, s', digits: 2 },
    { key: 'p95', title: 'p95, s', digits: 2 },
    { key: 'max', title: 'max, s', digits: 2 },
  ],
  chart: { title: 'SIGKILL to the next run: p50, s', keys: ['p50'] },
  ratios: [
    {
      name: 'SIGKILL to the next run, p50',
      of: (rows) => rows.median('howdah', 'p50'),
      target: { atMost: 3 },
      unit: ' s',
    },
    {
      name: 'SIGKILL to the next run, max',
      of: (rows) => rows.median('howdah', 'max'),
      target: { atMost: 5 },
      unit: ' s',
    },
  ],
  async run(bench) {
    const [place] = await bench.places(['howdah']);
    if (!place) throw new Error('no contender takes part');
    const waits = await killAgainAndAgain(bench, place);
    const sorted = waits.map((ms) => ms / 1_000).sort((a, b) => a - b);
    const figures = toFigures([
      {
        jobs: sorted.length,
        p50: percentile(sorted, 0.5),
        p95: percentile(sorted, 0.95),
        max: percentile(sorted, 1),
      },
    ]);
    return {
      rows: [{ contender: 'howdah', figures }],
      notes: [`${bench.size('kills')} SIGKILLs, one after the other: the rounds of this section.`],
    };
  },
};

async function killAgainAndAgain(bench: Bench, place: Place): Promise<number[]> {
  const load = { rate: RATE, seconds: 100_000, warmUpSeconds: 0 };
  const producer = new ContenderProcess(place, 'produce', load);
  const workers = [new Worker(place), new Worker(place)];
  const waits: number[] = [];
  try {
    await producer.the('ready');
    for (let n = 1; n <= bench.size('kills'); n += 1) {
      const [victim, other] = workers as [Worker, Worker];
      await Promise.all([victim.ready, other.ready]);
      await delay(2_000 + Math.random() * 1_000);
      const found = await kill(bench, place, { victim, other });
      bench.tell(`${n}: ${found.map((ms) => (ms / 1_000).toFixed(2)).join(' ')} s`);
      waits.push(...found);
      workers.splice(0, 2, other, ...(n < bench.size('kills') ? [new Worker(place)] : []));
    }
    return waits;
  } finally {
    await Promise.all([producer.kill(), ...workers.map((worker) => worker.kill())]);
  }
}

/** Milliseconds until each job that was the victim's runs again. */
async function kill(
  { servers }: Bench,
  { url }: Place,
  { victim, other }: { victim: Worker; other: Worker },
): Promise<number[]> {
  await victim.waitUntilBusy();
  const killedAt = monotonicMs();
  await victim.kill();
  const fetched = await servers.query<{ id: string }>(
    url,
    `select j.id::text as id from howdah.jobs j join howdah.workers w on w.pool_id = j.worker
     where w.pid = ${victim.pid}`,
  );
  const ids = new Set([
    ...victim.running,
    ...fetched.map(({ id }) => id).filter((id) => !victim.ended.has(id)),
  ]);
  const startedAts = await Promise.all([...ids].map((id) => other.startOf(id)));
  return startedAts.map((at) => at - killedAt);
}

class Worker {
  /** Ids of jobs that began and did not end. */
  readonly running = new Set<string>();
  /** Ids of jobs whose handler came to its end, whether or not that was written down. */
  readonly ended = new Set<string>();
  readonly ready: Promise<unknown>;
  readonly #process: ContenderProcess;
  readonly #startedAt = new Map<string, number>();

  constructor(place: Place) {
    const queues = [{ name: 'default', concurrency: CONCURRENCY }];
    this.#process = new ContenderProcess(place, 'work', { queues, job: { waitMs: JOB_MS }, isTraced: true });
    this.#process.on('started', ({ id, at }) => {
      this.running.add(id);
      this.#startedAt.set(id, at);
    });
    this.#process.on('ended', ({ id }) => {
      this.running.delete(id);
      this.ended.add(id);
    });
    this.ready = this.#process.the('ready');
    this.ready.catch(() => {}); // whoever awaits it hears of it; who kills it before does not
  }

  get pid(): number {
    return this.#process.pid;
  }

  async waitUntilBusy(): Promise<void> {
    while (this.running.size === 0) await delay(1);
  }

  /** When the job began here. @throws after two minutes */
  async startOf(id: string): Promise<number> {
    const until = monotonicMs() + LIMIT_MS;
    for (;;) {
      const at = this.#startedAt.get(id);
      if (at !== undefined) return at;
      if (monotonicMs() > until) throw new Error(`job ${id} did not run again within ${LIMIT_MS / 1_000} s`);
      await delay(20);
    }
  }

  kill(): Promise<void> {
    return this.#process.kill();
  }
}
