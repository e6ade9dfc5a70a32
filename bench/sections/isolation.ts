import { ContenderProcess } from '../contender-process.ts';
import { CONCURRENCY } from '../drain-once.ts';
import type { Figures } from '../figures.ts';
import { fill, type Place } from '../place.ts';
import type { Bench, Row, Section } from '../section.ts';
import { serverCost } from '../server-cost.ts';
import { tidy } from '../tidy.ts';

const CONTENDERS = ['howdah', 'graphile-worker', 'graphile-worker-shared', 'pg-boss'];
const OTHER = 'other';
const EMPTY = 'nothing waiting';

export const isolation: Section = {
  letter: 'e',
  name: 'isolation',
  title: 'A backlog in another queue',
  question: `A worker serves a queue that is empty; one job at a time is enqueued there, a moment after the one before was
picked up. The wait is from the call that enqueues to the start of the handler. First with nothing else in the database, then with
jobs waiting in another queue that nobody serves: with Howdah a schema of its own; with graphile-worker another schema, or, as it
has it by itself, tasks of another name in one schema; with pg-boss another queue in its table.`,
  sizes: {
    waiting: { full: 1_000_000, quick: 20_000, least: 5_000 },
    pickUps: { full: 50, quick: 40, least: 20 },
  },
  isQuick: true,
  columns: [
    { key: 'p50', title: 'p50, ms', digits: 1 },
    { key: 'p95', title: 'p95, ms', digits: 1 },
    { key: 'p99', title: 'p99, ms', digits: 1 },
    { key: 'max', title: 'max, ms', digits: 1 },
    { key: 'serverMs', title: 'server, ms CPU a job', digits: 2 },
  ],
  chart: { title: 'Enqueue to start, p50 in ms', keys: ['p50'] },
  ratios: [
    ...['howdah', 'graphile-worker', 'graphile-worker-shared', 'pg-boss'].map((contender) => ({
      name: `${contender}: p50 with a backlog, by p50 without`,
      of: (rows: Parameters<Section['ratios'][number]['of']>[0]) =>
        rows.median(contender, 'p50', 'backlog') / rows.median(contender, 'p50', EMPTY),
      ...(contender === 'howdah' ? { target: { atMost: 1.2 }, limit: { atMost: 6 } } : {}),
    })),
  ],
  async run(bench) {
    const names = bench.isQuick ? CONTENDERS.slice(0, 1) : CONTENDERS;
    const places = await bench.places(names, ['default', OTHER]);
    const empty = await pickUps(bench, places);
    for (const place of places) {
      bench.tell(`${bench.size('waiting')} into another queue of ${place.name}`);
      await fill(place, bench.size('waiting'), { queue: OTHER });
      await tidy(bench.servers, place);
    }
    const full = await pickUps(bench, places);
    return {
      rows: [...toRows(empty, EMPTY), ...toRows(full, 'backlog')],
      notes: [
        `Backlog: ${bench.size('waiting').toLocaleString('en')} jobs waiting in another queue. ${bench.size('pickUps')} jobs a run.`,
        ...places.map(({ name, setup }) => `**${name}**: ${setup}.`),
      ],
    };
  },
};

function pickUps(bench: Bench, places: readonly Place[]): Promise<Map<Place, Figures>> {
  return bench.inTurns(
    places,
    ({ name }) => name,
    async (place) => {
      const count = bench.size('pickUps');
      const { result, cpuMs } = await serverCost(bench.servers, place, async () => {
        const process = new ContenderProcess(place, 'pick-up', { count, concurrency: CONCURRENCY });
        const { waits } = await process.the('picked-up');
        await process.end();
        return waits;
      });
      const { p50, p95, p99, max } = result;
      return { p50, p95, p99, max, serverMs: cpuMs / count };
    },
  );
}

function toRows(found: Map<Place, Figures>, when: string): Row[] {
  return [...found].map(([{ name }, figures]) => ({ contender: name, when, figures }));
}
