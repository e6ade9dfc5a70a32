import { distantPlace } from '../distant-place.ts';
import { drainOnce } from '../drain-once.ts';
import type { Figures } from '../figures.ts';
import { liveOnce } from '../live-once.ts';
import { fill, type Place } from '../place.ts';
import type { Bench, Ratio, Row, Section } from '../section.ts';
import { tidy } from '../tidy.ts';

const CONTENDERS = ['howdah', 'graphile-worker'];
const DELAYS_MS = [0, 1, 5, 20];

/** Jobs a second of the live run: as many as twenty connections bring in at 20 ms each direction, with room to spare. */
const RATE = 100;

interface Subject {
  place: Place;
  delayMs: number;
}

export const roundTrip: Section = {
  letter: 'h',
  name: 'round-trip',
  title: 'Far from the database',
  question: `The drain and the live run through a proxy that holds back whatever passes for 0, 1, 5 and 20 ms, in each direction; with
0 it is in the way too. A round trip is twice that. The proxy is a process on the same two cores, and its CPU is not counted.
The live run is ${RATE} jobs/s, enqueued one by one on twenty connections through the same proxy. Both at their settings of the drain.`,
  sizes: { jobs: { full: 30_000, least: 2_000 }, seconds: { full: 5, least: 3 } },
  columns: [
    { key: 'jobsPerSecond', title: 'drain, jobs/s' },
    { key: 'nodeMs', title: 'drain, ms of Node for 1,000', digits: 1 },
    { key: 'serverMs', title: 'drain, ms of the server for 1,000', digits: 1 },
    { key: 'p50', title: 'live p50, ms', digits: 1 },
    { key: 'p95', title: 'live p95, ms', digits: 1 },
    { key: 'p99', title: 'live p99, ms', digits: 1 },
  ],
  chart: { title: 'Drained jobs/s', keys: ['jobsPerSecond'] },
  ratios: [
    keeps('howdah', 20, { atLeast: 0.7 }),
    keeps('howdah', 5),
    keeps('howdah', 1),
    keeps('graphile-worker', 20),
    {
      name: 'live p50 at 20 ms, in round trips',
      of: (rows) => rows.median('howdah', 'p50', at(20)) / 40,
      digits: 1,
    },
  ],
  async run(bench) {
    const places = await bench.places(CONTENDERS);
    const subjects = DELAYS_MS.flatMap((delayMs) => places.map((place) => ({ place, delayMs })));
    const found = await bench.inTurns(
      subjects,
      ({ place, delayMs }) => `${place.name} ${at(delayMs)}`,
      (subject) => measure(subject, bench),
    );
    return {
      rows: [...found].map(toRow),
      notes: [
        `${bench.size('jobs')} jobs a drain, ${bench.size('seconds')} s a live run.`,
        ...places.map(({ name, setup }) => `**${name}**: ${setup}.`),
      ],
    };
  },
};

async function measure({ place, delayMs }: Subject, { servers, size }: Bench) {
  await using distant = await distantPlace(place.url, delayMs);
  const { url } = distant;
  await fill(place, size('jobs'));
  await tidy(servers, place);
  const { jobsPerSecond, nodeMs, serverMs } = await drainOnce(servers, place, { count: size('jobs'), url });
  const { p50, p95, p99 } = await liveOnce(servers, place, { rate: RATE, seconds: size('seconds'), url });
  const measured = { jobsPerSecond, nodeMs, serverMs, p50, p95, p99 };
  return measured as Record<keyof typeof measured, number>;
}

function toRow([{ place, delayMs }, figures]: [Subject, Figures]): Row {
  return { contender: place.name, when: at(delayMs), figures };
}

function at(delayMs: number): string {
  return `${delayMs} ms`;
}

function keeps(contender: string, delayMs: number, target?: { atLeast: number }): Ratio {
  return {
    name: `${contender}: drained jobs/s at ${at(delayMs)}, by those at 0`,
    of: (rows) =>
      rows.median(contender, 'jobsPerSecond', at(delayMs)) / rows.median(contender, 'jobsPerSecond', at(0)),
    ...(target && { target }),
  };
}
