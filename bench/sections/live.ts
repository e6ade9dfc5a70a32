import { deadTuples } from '../dead-tuples.ts';
import { liveOnce } from '../live-once.ts';
import type { Place } from '../place.ts';
import type { Bench, Ratio, Section } from '../section.ts';
import { tidy } from '../tidy.ts';

const CONTENDERS = ['howdah', 'graphile-worker', 'pg-boss', 'bullmq-redis'];
const SHARES = [0.3, 0.7];

const NAMES: Readonly<Record<string, string>> = {
  p50: 'p50',
  p99: 'p99',
  nodeMs: 'CPU of the worker',
  serverMs: 'CPU of Postgres',
  walBytes: 'WAL',
  commits: 'commits',
};

export const live: Section = {
  letter: 'b',
  name: 'live',
  title: 'Enqueued and run at once',
  question: `A producer enqueues one by one, each job in a transaction of its own, on twenty connections and at an even rate
whatever each call takes; a worker of ten runs at once works. The rate is 30 % and 70 % of what Howdah takes when twenty callers
enqueue without a pause, and is the same for all. The wait is from the call that enqueues to the start of the handler, the commit
included. WAL and commits are those of a job's whole way; dead rows are what vacuum has not got to at the end.`,
  sizes: { seconds: { full: 20, quick: 4, least: 3 }, capacitySeconds: { full: 8, quick: 3, least: 2 } },
  isQuick: true,
  columns: [
    { key: 'rate', title: 'jobs/s' },
    { key: 'p50', title: 'p50, ms', digits: 1 },
    { key: 'p95', title: 'p95, ms', digits: 1 },
    { key: 'p99', title: 'p99, ms', digits: 1 },
    { key: 'nodeMs', title: 'worker, ms CPU for 1,000', digits: 0 },
    { key: 'producerMs', title: 'producer, ms CPU for 1,000', digits: 0 },
    { key: 'serverMs', title: 'server, ms CPU for 1,000', digits: 0 },
    { key: 'walBytes', title: 'WAL, bytes a job' },
    { key: 'commits', title: 'commits a job', digits: 2 },
    { key: 'deadRows', title: 'dead rows' },
  ],
  chart: { title: 'Enqueue to start, p50 in ms', keys: ['p50'] },
  ratios: [
    byBare('p50', 0.3, { atMost: 1.2 }, { atMost: 10 }),
    byBare('p99', 0.3, { atMost: 1.5 }),
    byBare('p50', 0.7),
    byBare('p99', 0.7),
    byBare('nodeMs', 0.3),
    byBare('serverMs', 0.3, undefined, { atMost: 6 }),
    byBare('walBytes', 0.3),
    byBare('commits', 0.3),
  ],
  async run(bench) {
    const places = await bench.places(bench.isQuick ? CONTENDERS.slice(0, 2) : CONTENDERS);
    const capacity = await capacityOf(places[0], bench);
    const loads = (bench.isQuick ? SHARES.slice(0, 1) : SHARES).flatMap((share) =>
      places.map((place) => ({ place, share })),
    );
    const found = await bench.inTurns(
      loads,
      ({ place, share }) => `${place.name} ${at(share)}`,
      async ({ place, share }) => {
        await tidy(bench.servers, place);
        const rate = share * capacity;
        const measured = await liveOnce(bench.servers, place, { rate, seconds: bench.size('seconds') });
        return { ...measured, rate, deadRows: await deadTuples(bench.servers, place) };
      },
    );
    return {
      rows: [...found].map(([{ place, share }, figures]) => ({
        contender: place.name,
        when: at(share),
        figures,
      })),
      notes: [
        `Enqueued without a pause, ${places[0]?.name} took ${capacity.toFixed(0)} jobs/s. ${bench.size('seconds')} s a run.`,
        ...places.map(({ name, setup }) => `**${name}**: ${setup}.`),
      ],
    };
  },
};

/** Jobs a second that the first of them runs while as many are enqueued as go in. */
async function capacityOf(place: Place | undefined, bench: Bench): Promise<number> {
  if (!place) throw new Error('no contender takes part');
  await tidy(bench.servers, place);
  const { jobsPerSecond = 0 } = await liveOnce(bench.servers, place, {
    seconds: bench.size('capacitySeconds'),
  });
  return jobsPerSecond;
}

function at(share: number): string {
  return `${share * 100} %`;
}

function byBare(key: string, share: number, target?: { atMost: number }, limit?: { atMost: number }): Ratio {
  return {
    name: `${NAMES[key]} at ${at(share)}, by that of graphile-worker`,
    of: (rows) => rows.median('howdah', key, at(share)) / rows.median('graphile-worker', key, at(share)),
    ...(target && { target }),
    ...(limit && { limit }),
  };
}
