import { setTimeout as delay } from 'node:timers/promises';
import { multiplyHistory } from '../multiply-history.ts';
import { fill, type Place } from '../place.ts';
import type { Bench, Ratio, Row, Rows, Section } from '../section.ts';
import { serverCost } from '../server-cost.ts';
import { tidy } from '../tidy.ts';
import { upkeepOnce } from '../upkeep-once.ts';
import { wholeLives } from '../whole-lives.ts';

const CONTENDERS = ['howdah', 'graphile-worker'];

/** How many times as many as the fewest. */
const LEVELS = [1, 10, 100, 1_000];
const LARGEST = 1_000;
const NOTHING = { median: Number.NaN, least: Number.NaN, most: Number.NaN };

/** Waiting while the history grows. */
const SOME = 10_000;

/** Longer than a run, so that no worker removes them meanwhile. */
const KEPT_SECONDS = 10;

const EMPTY = 'history empty';
const FULL = 'history full';
const KEPT = 'kept';
const REMOVED = 'removed again';

export const growth: Section = {
  letter: 'g',
  name: 'growth',
  title: 'As the tables grow',
  question: `A job's whole life: enqueued by a statement for many, fetched, run, ended, written to the history. For each job that
is run another is enqueued, so that as many wait all the while. First with more and more waiting; then with ${SOME.toLocaleString('en')} waiting
and more and more finished jobs in the history, copies of real ones; and then with jobs that are kept for ${KEPT_SECONDS} seconds, by themselves
("${KEPT}") and together with the upkeep that removes them and the vacuum of the history ("${REMOVED}").`,
  sizes: {
    waiting: { full: 1_000_000, quick: 50_000, least: 50_000 },
    finished: { full: 5_000_000, quick: 40_000, least: 20_000 },
    jobs: { full: 40_000, quick: 6_000, least: 4_000 },
  },
  isQuick: true,
  columns: [
    { key: 'waiting', title: 'waiting' },
    { key: 'finished', title: 'finished' },
    { key: 'jobsPerSecond', title: 'jobs/s' },
    { key: 'nodeMs', title: 'ms of Node for 1,000', digits: 1 },
    { key: 'serverMs', title: 'ms of the server for 1,000', digits: 1 },
  ],
  chart: {
    title: 'CPU for 1,000 whole lives, ms: Node (dark) and the server (light)',
    keys: ['nodeMs', 'serverMs'],
    rows: ({ contender }) => contender === 'howdah',
  },
  ratios: [
    grows('howdah', { atMost: 1.2 }, { atMost: 4 }),
    grows('graphile-worker'),
    {
      name: 'howdah: CPU with a full history, by that with an empty one',
      of: (rows) => total(rows, 'howdah', FULL) / total(rows, 'howdah', EMPTY),
      target: { atMost: 1.2 },
      limit: { atMost: 3 },
    },
    {
      name: 'howdah: CPU of a whole life with its removal, by that without',
      of: (rows) => total(rows, 'howdah', REMOVED) / total(rows, 'howdah', KEPT),
      target: { atMost: 1.3 },
      limit: { atMost: 3 },
    },
  ],
  async run(bench) {
    const places = await bench.places(bench.isQuick ? CONTENDERS.slice(0, 1) : CONTENDERS);
    const rows = await whileWaiting(bench, places);
    const [howdah] = await bench.places(['howdah']); // with none that wait
    if (howdah) rows.push(...(await whileFinished(bench, howdah)), ...(await untilRemoved(bench, howdah)));
    return {
      rows,
      notes: [
        `${bench.size('jobs').toLocaleString('en')} jobs a run, the start of the worker in it. That a job has a retention of its own costs something too.`,
        ...places.map(({ name, setup }) => `**${name}**: ${setup}.`),
      ],
    };
  },
};

async function whileWaiting(bench: Bench, places: readonly Place[]): Promise<Row[]> {
  const rows: Row[] = [];
  let before = 0;
  for (const level of bench.isQuick ? LEVELS.slice(-2) : LEVELS) {
    const waiting = Math.round((bench.size('waiting') * level) / LARGEST);
    for (const place of places) {
      await fill(place, waiting - before);
      await tidy(bench.servers, place);
    }
    const count = bench.size('jobs');
    const found = await bench.inTurns(
      places,
      ({ name }) => `${name}, ${waiting} waiting`,
      async (place) => ({ waiting, ...(await wholeLives(bench.servers, place, { count, waiting })) }),
    );
    rows.push(...[...found].map(([{ name }, figures]) => ({ contender: name, when: times(level), figures })));
    before = waiting;
  }
  return rows;
}

/** In a place where nothing is. */
async function whileFinished(bench: Bench, place: Place): Promise<Row[]> {
  const rows: Row[] = [];
  const run = () => wholeLives(bench.servers, place, { count: bench.size('jobs'), waiting: SOME });
  await fill(place, SOME);
  await run(); // gives the history something to copy
  for (const when of [EMPTY, FULL]) {
    const finished = when === FULL ? bench.size('finished') : 0;
    bench.tell(`${finished} finished jobs`);
    await multiplyHistory(bench.servers, place, finished);
    await tidy(bench.servers, place);
    const found = await bench.inTurns(
      [place],
      () => `${place.name}, ${finished} finished`,
      async () => ({ waiting: SOME, finished, ...(await run()) }),
    );
    rows.push(...[...found].map(([{ name }, figures]) => ({ contender: name, when, figures })));
  }
  return rows;
}

/** In the same place, full as it is. */
async function untilRemoved(bench: Bench, place: Place): Promise<Row[]> {
  const run = (count: number) =>
    wholeLives(bench.servers, place, { count, waiting: SOME, retention: `${KEPT_SECONDS} seconds` });
  await run(SOME); // from here on all that wait are kept as long as that
  await remove(bench, place);
  await tidy(bench.servers, place);
  const finished = bench.size('finished');
  const found = await bench.inTurns(
    [place],
    () => `${place.name}, ${REMOVED}`,
    async () => {
      const life = await run(bench.size('jobs'));
      const removalMs = (await remove(bench, place)) / (bench.size('jobs') / 1_000);
      return { waiting: SOME, finished, ...life, withRemovalMs: life.serverMs + removalMs };
    },
  );
  return [...found].flatMap(([{ name }, { withRemovalMs = NOTHING, ...life }]) => [
    { contender: name, when: KEPT, figures: life },
    { contender: name, when: REMOVED, figures: { ...life, serverMs: withRemovalMs } },
  ]);
}

/** CPU of the server, milliseconds. @throws when something is left that had to go */
async function remove(bench: Bench, place: Place): Promise<number> {
  await delay(KEPT_SECONDS * 1_000 + 500);
  const { cpuMs } = await serverCost(bench.servers, place, async () => {
    await upkeepOnce(place.url);
    await bench.servers.query(place.url, 'vacuum howdah.job_history');
  });
  const [left] = await bench.servers.query<{ count: number }>(
    place.url,
    'select count(*)::integer as count from howdah.job_history where expires_at <= now()',
  );
  if (left?.count !== 0) throw new Error(`upkeep left ${left?.count} jobs whose retention is over`);
  return cpuMs;
}

function times(level: number): string {
  return `waiting ×${level.toLocaleString('en')}`;
}

function total(rows: Rows, contender: string, when: string): number {
  return rows.median(contender, 'nodeMs', when) + rows.median(contender, 'serverMs', when);
}

function grows(contender: string, target?: { atMost: number }, limit?: { atMost: number }): Ratio {
  return {
    name: `${contender}: CPU with the most waiting or the fewest, the dearest by the cheapest`,
    of: (rows) => {
      const totals = LEVELS.map((level) => total(rows, contender, times(level))).filter(Number.isFinite);
      return Math.max(...totals) / Math.min(...totals);
    },
    ...(target && { target }),
    ...(limit && { limit }),
  };
}
