import { CONCURRENCY, drainOnce } from '../drain-once.ts';
import { fill } from '../place.ts';
import type { Bench, Section } from '../section.ts';
import { tidy } from '../tidy.ts';

const CONTENDERS = [
  'howdah',
  'graphile-worker',
  'graphile-worker-defaults',
  'pg-boss',
  'pg-boss-results',
  'pg-boss-polling',
  'pg-boss-by-one',
  'bullmq-redis',
  'bullmq-postgres',
  'sql',
];

export const drain: Section = {
  letter: 'a',
  name: 'drain',
  title: 'Working a queue off',
  question: `Jobs that do nothing wait in one queue; one worker process works them off. From when it takes jobs to the last
handler; CPU up to when it has stopped, so that the ends of all runs are written. Every contender is in a process of its own and,
on Postgres, in a database of its own, vacuumed and analyzed after it was filled. Slow ones get a tenth of the jobs. pg-boss
is there four times: with 500 jobs a call of the handler, which is what it is quickest with (\`pg-boss\`); the same, each of them with
a result of its own (\`pg-boss-results\`), or with its usual pause after a call, as short as can be set (\`pg-boss-polling\`); and with a call
for each job, as the other queues here have it and most applications write it (\`pg-boss-by-one\`).`,
  sizes: { jobs: { full: 200_000, quick: 20_000, least: 1_000 } },
  isQuick: true,
  quickRounds: 2,
  columns: [
    { key: 'jobs', title: 'jobs' },
    { key: 'jobsPerSecond', title: 'jobs/s' },
    { key: 'nodeMs', title: 'ms of Node for 1,000', digits: 1 },
    { key: 'serverMs', title: 'ms of the server for 1,000', digits: 1 },
    { key: 'peakMb', title: 'peak of the worker, MiB' },
  ],
  chart: {
    title: 'CPU for 1,000 jobs, ms: Node (dark) and the server (light)',
    keys: ['nodeMs', 'serverMs'],
  },
  ratios: [
    rate('graphile-worker', { atLeast: 0.85 }, { atLeast: 1 / 8 }),
    rate('pg-boss', { atLeast: 3 }),
    rate('pg-boss-results', { atLeast: 3 }),
    rate('pg-boss-polling', { atLeast: 3 }),
    rate('pg-boss-by-one', { atLeast: 3 }),
    rate('bullmq-redis', { atLeast: 1.3 }),
    cost('nodeMs', 'CPU of Node', 6),
    cost('serverMs', 'CPU of Postgres', 4),
  ],
  async run(bench) {
    const places = await bench.places(bench.isQuick ? CONTENDERS.slice(0, 2) : CONTENDERS);
    const found = await bench.inTurns(
      places,
      ({ name }) => name,
      async (place) => {
        const count = jobsOf(place, bench);
        await fill(place, count);
        await tidy(bench.servers, place);
        return { jobs: count, ...(await drainOnce(bench.servers, place, { count })) };
      },
    );
    return {
      rows: [...found].map(([{ name }, figures]) => ({ contender: name, figures })),
      notes: [
        `${CONCURRENCY} runs at once.`,
        ...[...found.keys()].map(({ name, setup }) => `**${name}**: ${setup}.`),
      ],
    };
  },
};

function jobsOf({ isSlow }: { isSlow: boolean }, bench: Bench): number {
  return isSlow ? bench.size('jobs') / 10 : bench.size('jobs');
}

function rate(
  peer: string,
  target: { atLeast: number },
  limit?: { atLeast: number },
): Section['ratios'][number] {
  return {
    name: `jobs/s, by those of ${peer}`,
    of: (rows) => rows.median('howdah', 'jobsPerSecond') / rows.median(peer, 'jobsPerSecond'),
    target,
    ...(limit && { limit }),
  };
}

function cost(key: string, what: string, atMost: number): Section['ratios'][number] {
  return {
    name: `${what} for a job, by that of graphile-worker`,
    of: (rows) => rows.median('howdah', key) / rows.median('graphile-worker', key),
    target: { atMost: 1.5 },
    limit: { atMost },
  };
}
