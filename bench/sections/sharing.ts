import { ContenderProcess } from '../contender-process.ts';
import { fill, type Place } from '../place.ts';
import type { Bench, Ratio, Section } from '../section.ts';
import { tidy } from '../tidy.ts';

const CONTENDERS = ['howdah', 'graphile-worker'];

/** Of which one process runs so many at once each: what it is to give them of its time. */
const QUEUES = [
  { name: 'urgent', concurrency: 6 },
  { name: 'default', concurrency: 3 },
  { name: 'later', concurrency: 1 },
];
const TOTAL = 10;

const JOBS = {
  'jobs that do nothing': undefined,
  'jobs that compute 1 ms': { spinMs: 1 },
  'jobs that wait 10 ms': { waitMs: 10 },
} as const;
type Kind = keyof typeof JOBS;

export const sharing: Section = {
  letter: 'f',
  name: 'sharing',
  title: 'Three queues, one process',
  question: `Three queues with more jobs than are run, and one process that runs 6, 3 and 1 of them at once. Counted is whose jobs
were run until there were so many of all: 60, 30 and 10 % is what was asked for. It is the places that share, and jobs that do nothing
leave theirs before another could want it: of them each queue runs what its fetches bring. With graphile-worker, three runners on
three schemas in one process.`,
  sizes: {
    'jobs that do nothing': { full: 60_000, least: 2_000 },
    'jobs that compute 1 ms': { full: 6_000, least: 500 },
    'jobs that wait 10 ms': { full: 6_000, least: 500 },
  },
  columns: QUEUES.map(({ name, concurrency }) => ({
    key: name,
    title: `${name} (${concurrency} of ${TOTAL}), %`,
    digits: 1,
  })),
  chart: { title: 'Shares of the work, %', keys: QUEUES.map(({ name }) => name) },
  ratios: (Object.keys(JOBS) as Kind[]).map(farthest),
  async run(bench) {
    const places = await bench.places(
      CONTENDERS,
      QUEUES.map(({ name }) => name),
    );
    const subjects = places.flatMap((place) =>
      (Object.keys(JOBS) as Kind[]).map((kind) => ({ place, kind })),
    );
    const found = await bench.inTurns(
      subjects,
      ({ place, kind }) => `${place.name}, ${kind}`,
      ({ place, kind }) => shareOnce(bench, place, kind),
    );
    return {
      rows: [...found].map(([{ place, kind }, figures]) => ({ contender: place.name, when: kind, figures })),
      notes: (Object.keys(JOBS) as Kind[]).map((kind) => `${bench.size(kind)} ${kind} a run.`),
    };
  },
};

/** What is left in the queues is there for the next run, which needs that much less. */
async function shareOnce(
  { servers, size }: Bench,
  place: Place,
  kind: Kind,
): Promise<Record<string, number>> {
  const count = size(kind);
  for (const { name, concurrency } of QUEUES) {
    const most = Math.ceil((count * Math.min(TOTAL, 2 * concurrency)) / TOTAL) + 1_000; // also what is fetched ahead
    await fill(place, most, { queue: name });
  }
  await tidy(servers, place);
  const job = JOBS[kind];
  const worker = new ContenderProcess(place, 'work', { queues: QUEUES, count, ...(job && { job }) });
  const { byQueue, done } = await worker.the('stopped');
  await worker.end();
  return Object.fromEntries(QUEUES.map(({ name }) => [name, ((byQueue[name] ?? 0) / done) * 100]));
}

function farthest(kind: Kind): Ratio {
  return {
    name: `${kind}: how far a share is from what was asked for, at most, in percentage points`,
    of: (rows) =>
      Math.max(
        ...QUEUES.map(({ name, concurrency }) =>
          Math.abs(rows.median('howdah', name, kind) - (concurrency / TOTAL) * 100),
        ),
      ),
    ...(JOBS[kind] && { target: { atMost: 5 } }),
    digits: 1,
  };
}
