import { setTimeout as delay } from 'node:timers/promises';
import { ContenderProcess } from '../contender-process.ts';
import { CONCURRENCY } from '../drain-once.ts';
import type { Measured } from '../figures.ts';
import type { Place } from '../place.ts';
import type { Bench, Limit, Ratio, Section } from '../section.ts';

const CONTENDERS = ['howdah-service', 'howdah', 'graphile-worker'];

/** How long a worker is left alone before what it holds is read. */
const REST_MS = 5_000;

export const memory: Section = {
  letter: 'j',
  name: 'memory',
  title: 'Memory of a worker',
  question: `One worker process: after ${REST_MS / 1_000} s without anything to do; the most while it works off jobs that do nothing; after a
fifth of them and after all of them, each time ${REST_MS / 1_000} s after the last. Resident memory of the process, and what the heap of
JavaScript holds after a collection (\`--expose-gc\`). What is held after all of them and was not after a fifth is growth. What a process holds beyond its heap, Node decides: it doubles the room
for new objects, up to 128 MiB, when much has outlived a collection, and keeps it. A service of Howdah stops that at 32 MiB.`,
  sizes: { jobs: { full: 1_000_000, least: 10_000 } },
  columns: [
    { key: 'idleRss', title: 'idle, MiB' },
    { key: 'peakRss', title: 'most under load, MiB' },
    { key: 'fifthRss', title: 'after a fifth, MiB' },
    { key: 'lastRss', title: 'after all, MiB' },
    { key: 'idleHeap', title: 'heap idle, MiB', digits: 1 },
    { key: 'fifthHeap', title: 'heap after a fifth, MiB', digits: 1 },
    { key: 'lastHeap', title: 'heap after all, MiB', digits: 1 },
  ],
  chart: { title: 'Resident memory idle, MiB', keys: ['idleRss'] },
  ratios: [
    growth('howdah-service', { atMost: 1 }),
    growth('howdah', { atMost: 1 }),
    kept('howdah-service', { atMost: 1.1 }),
    kept('howdah'),
    kept('graphile-worker'),
    {
      name: 'resident memory idle, by that of graphile-worker',
      of: (rows) => rows.median('howdah-service', 'idleRss') / rows.median('graphile-worker', 'idleRss'),
    },
  ],
  async run(bench) {
    const places = await bench.places(CONTENDERS);
    const found = await bench.inTurns(
      places,
      ({ name }) => name,
      (place) => measure(place, bench),
      1, // a run is a million jobs
    );
    return {
      rows: [...found].map(([{ name }, figures]) => ({ contender: name, figures })),
      notes: [
        `One run of ${bench.size('jobs').toLocaleString('en')} jobs each; zero growth was asked for, a MiB of heap is what two collections differ by.`,
        ...places.map(({ name, setup }) => `**${name}**: ${setup}.`),
      ],
    };
  },
};

function growth(contender: string, target: Limit): Ratio {
  return {
    name: `${contender}: growth of the heap from a fifth of the jobs to all of them`,
    of: (rows) => rows.median(contender, 'lastHeap') - rows.median(contender, 'fifthHeap'),
    target,
    unit: ' MiB',
    digits: 1,
  };
}

function kept(contender: string, target?: Limit): Ratio {
  return {
    name: `${contender}: resident memory after all jobs, by that after a fifth`,
    of: (rows) => rows.median(contender, 'lastRss') / rows.median(contender, 'fifthRss'),
    ...(target && { target }),
  };
}

async function measure(place: Place, bench: Bench): Promise<Measured> {
  const count = bench.size('jobs');
  const fifth = Math.round(count / 5);
  const queues = [{ name: 'default', concurrency: CONCURRENCY }];
  const worker = new ContenderProcess(place, 'work', { queues, progressEvery: 1_000 }, ['--expose-gc']);
  const feed = new ContenderProcess(place, 'feed', {});
  const load = { worker, feed };
  await worker.the('ready');
  const idle = await rest(worker);
  await runThrough(load, fifth);
  const afterFifth = await rest(worker);
  await runThrough(load, count - fifth);
  const last = await rest(worker);
  const stopped = worker.the('stopped');
  await Promise.all([worker.end(), feed.end()]);
  return {
    idleRss: idle.rssMb,
    peakRss: (await stopped).peakMb,
    fifthRss: afterFifth.rssMb,
    lastRss: last.rssMb,
    idleHeap: idle.heapMb,
    fifthHeap: afterFifth.heapMb,
    lastHeap: last.heapMb,
  };
}

/** Rounded down to thousands, as the worker says. */
async function runThrough(
  { worker, feed }: { worker: ContenderProcess; feed: ContenderProcess },
  count: number,
): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let thousands = Math.floor(count / 1_000);
  worker.on('progress', () => {
    if (--thousands === 0) resolve();
  });
  feed.write(String(Math.floor(count / 1_000) * 1_000));
  await promise;
}

async function rest(worker: ContenderProcess): Promise<{ rssMb: number; heapMb: number }> {
  await delay(REST_MS);
  const said = worker.next('memory');
  worker.write('memory');
  return said;
}
