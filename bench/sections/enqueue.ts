import type { Way } from '../commands/enqueue.ts';
import { ContenderProcess } from '../contender-process.ts';
import { startHttpServer } from '../http-load.ts';
import type { Place } from '../place.ts';
import type { Bench, Section } from '../section.ts';
import { type ServerCost, serverCost } from '../server-cost.ts';
import { tidy } from '../tidy.ts';

const CONTENDERS = ['howdah', 'graphile-worker', 'pg-boss', 'bullmq-redis', 'sql'];
const WAYS: Record<Way, string> = {
  one: 'one by one',
  'one-at-20-places': '20 at a time',
  many: '1,000 a call',
  bulk: '10,000 a statement',
};
/** What of the sizes is enqueued in that way: each of them takes some seconds. */
const SIZES: Record<Way | 'http' | 'http-batch', string> = {
  one: 'single',
  'one-at-20-places': 'single',
  many: 'many',
  bulk: 'many',
  http: 'single',
  'http-batch': 'many',
};

interface Subject {
  place: Place;
  way: Way | 'http' | 'http-batch';
}

export const enqueue: Section = {
  letter: 'c',
  name: 'enqueue',
  title: 'Enqueuing',
  question: `One process enqueues jobs that nobody works on. One by one: each in a transaction of its own, the next when the one before
is committed. 20 at a time: the same from twenty callers. 1,000 a call: what the library has for many (\`enqueueMany\`, which the
distributor's \`distributeMany\` is; \`addJobs\`; \`insert\`; \`addBulk\`). 10,000 a statement: SQL (\`howdah.enqueue_jobs\`,
\`add_jobs\`, an insert) from one caller. HTTP: requests to the API on 20 connections, a job each or a batch of 1,000; CPU of Node
is then that of the API.`,
  sizes: {
    single: { full: 4_000, quick: 400, least: 100 },
    many: { full: 100_000, quick: 20_000, least: 2_000 },
  },
  isQuick: true,
  columns: [
    { key: 'jobsPerSecond', title: 'jobs/s' },
    { key: 'nodeMs', title: 'ms of Node for 1,000', digits: 1 },
    { key: 'serverMs', title: 'ms of the server for 1,000', digits: 1 },
    { key: 'walBytes', title: 'WAL, bytes a job' },
  ],
  chart: {
    title: 'CPU for 1,000 jobs, ms: Node (dark) and the server (light)',
    keys: ['nodeMs', 'serverMs'],
    rows: ({ contender }) => contender === 'howdah',
  },
  ratios: [
    {
      name: 'jobs/s by statements of 10,000',
      of: (rows) => rows.median('howdah', 'jobsPerSecond', WAYS.bulk),
      target: { atLeast: 40_000 },
      digits: 0,
    },
    ratio('bulk', { atLeast: 1 / 15 }),
    ratio('many'),
    ratio('one-at-20-places'),
    ratio('one', { atLeast: 1 / 8 }),
  ],
  async run(bench) {
    const places = await bench.places(bench.isQuick ? CONTENDERS.slice(0, 2) : CONTENDERS);
    const subjects = bench.isQuick ? inSmall(places) : all(places);
    const found = await bench.inTurns(
      subjects,
      ({ place, way }) => `${place.name} ${way}`,
      (subject) => measure(subject, bench),
    );
    return {
      rows: [...found].map(([{ place, way }, figures]) => ({
        contender: place.name,
        when:
          way === 'http' ? 'HTTP, one a request' : way === 'http-batch' ? 'HTTP, 1,000 a request' : WAYS[way],
        figures,
      })),
      notes: [`${bench.size('single')} jobs one by one, ${bench.size('many')} in batches.`],
    };
  },
};

function all(places: readonly Place[]): Subject[] {
  return places.flatMap((place) => {
    const ways: Subject['way'][] = ['one', 'one-at-20-places', 'many'];
    if (place.server === 'postgres') ways.push('bulk');
    if (place.name === 'howdah') ways.push('http', 'http-batch');
    return ways.map((way) => ({ place, way }));
  });
}

function inSmall(places: readonly Place[]): Subject[] {
  return places.flatMap((place) => [
    { place, way: 'one' as const },
    { place, way: 'bulk' as const },
  ]);
}

async function measure(subject: Subject, bench: Bench) {
  const { place, way } = subject;
  await tidy(bench.servers, place);
  const count = bench.size(SIZES[way]);
  const { ms, nodeMs, server } = await (way === 'http' || way === 'http-batch'
    ? overHttp({ place, way }, count, bench)
    : byProcess({ place, way }, count, bench));
  return {
    jobsPerSecond: (count / ms) * 1_000,
    nodeMs: nodeMs / (count / 1_000),
    serverMs: server.cpuMs / (count / 1_000),
    walBytes: server.walBytes / count,
  };
}

interface Taken {
  ms: number;
  nodeMs: number;
  server: ServerCost;
}

async function byProcess(
  { place, way }: { place: Place; way: Way },
  count: number,
  { servers }: Bench,
): Promise<Taken> {
  const { result, ...server } = await serverCost(servers, place, async () => {
    const process = new ContenderProcess(place, 'enqueue', { count, way });
    const enqueued = await process.the('enqueued');
    await process.end();
    return enqueued;
  });
  return { ms: result.ms, nodeMs: result.cpuMs, server };
}

const BATCH = 1_000;

async function overHttp(
  { place, way }: { place: Place; way: 'http' | 'http-batch' },
  count: number,
  { servers }: Bench,
): Promise<Taken> {
  await using api = await startHttpServer('jobs', place.url);
  const job = { task: 'rest', payload: { user: 'ada', amount: 12 } };
  const jobs = Array.from({ length: BATCH }, () => job);
  const load =
    way === 'http'
      ? { path: '/v1/jobs', count, bodyOf: () => job }
      : { path: '/v1/jobs/batch', count: Math.ceil(count / BATCH), bodyOf: () => ({ jobs }) };
  await api.warmUp(load);
  const { result, ...server } = await serverCost(servers, place, () => api.send(load));
  return { ms: result.ms, nodeMs: result.cpuMs, server };
}

function ratio(way: Way, limit?: { atLeast: number }): Section['ratios'][number] {
  const when = WAYS[way];
  return {
    name: `jobs/s, ${when}, by those of graphile-worker`,
    of: (rows) =>
      rows.median('howdah', 'jobsPerSecond', when) / rows.median('graphile-worker', 'jobsPerSecond', when),
    ...(limit && { limit }),
  };
}
