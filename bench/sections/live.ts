import { deadTuples } from '../dead-tuples.ts';
import { liveOnce } from '../live-once.ts';
import type { Place } from '../place.ts';
import type { Bench, Ratio, Section } from '../section.ts';
import { tidy } from '../tidy.ts';

/** Whose capacity the rates are a share of, and who is there at all of them. */
const COMPARED = ['howdah', 'graphile-worker'];
const CONTENDERS = [...COMPARED, 'pg-boss', 'bullmq-redis'];
const [LOW, HIGH] = [0.3, 0.7];

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
whatever each call takes: a job that is due waits for a connection. A worker of ten runs at once works. All have the same rate:
30 % of what Howdah or graphile-worker take when twenty callers enqueue without a pause, whichever of them takes less; the two are
there at 70 % too. The wait is from when a job is due to the start of its handler, the commit included. WAL and commits are those
of a job's whole way; dead rows are what vacuum has not got to at the end.`,
  sizes: {
    seconds: { full: 60, quick: 4, least: 3 },
    secondsOfOthers: { full: 20, least: 3 },
    capacitySeconds: { full: 6, quick: 2, least: 2 },
  },
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
    byBare('p50', LOW, { atMost: 1.2 }, { atMost: 10 }),
    byBare('p99', LOW, { atMost: 1.5 }),
    byBare('p50', HIGH),
    byBare('p99', HIGH),
    byBare('nodeMs', LOW),
    byBare('serverMs', LOW, undefined, { atMost: 6 }),
    byBare('walBytes', LOW),
    byBare('commits', LOW),
  ],
  async run(bench) {
    const places = await bench.places(bench.isQuick ? COMPARED : CONTENDERS);
    const compared = places.filter(({ name }) => COMPARED.includes(name));
    const capacities = await capacitiesOf(compared, bench);
    const capacity = Math.min(...capacities.values());
    const loads = places.map((place) => ({ place, share: LOW }));
    if (!bench.isQuick) loads.push(...compared.map((place) => ({ place, share: HIGH })));
    const found = await bench.inTurns(
      loads,
      ({ place, share }) => `${place.name} ${at(share)}`,
      async ({ place, share }) => {
        await tidy(bench.servers, place);
        const rate = share * capacity;
        const seconds = bench.size(COMPARED.includes(place.name) ? 'seconds' : 'secondsOfOthers');
        const measured = await liveOnce(bench.servers, place, { rate, seconds });
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
        `Enqueued without a pause, ${[...capacities].map(([{ name }, each]) => `${name} took ${each.toFixed(0)} jobs/s`).join(', ')}.`,
        `A run took ${bench.size('seconds')} s; those of contenders that are there at ${at(LOW)} only, ${bench.size('secondsOfOthers')} s.`,
        ...places.map(({ name, setup }) => `**${name}**: ${setup}.`),
      ],
    };
  },
};

/** Jobs a second that each of them runs while as many are enqueued as go in. */
async function capacitiesOf(places: readonly Place[], bench: Bench): Promise<Map<Place, number>> {
  if (places.length === 0)
    throw new Error(`none of ${COMPARED.join(', ')} takes part, whose capacity is the measure`);
  const capacities = new Map<Place, number>();
  for (const place of places) {
    await tidy(bench.servers, place);
    const { jobsPerSecond = 0 } = await liveOnce(bench.servers, place, {
      seconds: bench.size('capacitySeconds'),
    });
    capacities.set(place, jobsPerSecond);
  }
  return capacities;
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
