import pg from 'pg';
import { CONCURRENCY, drainOnce } from '../drain-once.ts';
import { fill, type Place } from '../place.ts';
import type { Rows, Section } from '../section.ts';
import { tidy } from '../tidy.ts';

const CONTENDERS = ['howdah', 'graphile-worker', 'pg-boss'];
const ALONE = 'nothing open';
const BESIDE = 'a transaction open';

export const openTransaction: Section = {
  letter: 'n',
  name: 'open-transaction',
  title: 'Beside a transaction that stays open',
  question: `Jobs that do nothing are worked off as in [the drain](#working-a-queue-off): with nothing else going on, and while somebody
keeps a transaction open that began before, as a dump, a long report or a forgotten session does. All that it could see must stay:
the rows of jobs that are done, with their entries in every index, whatever vacuum does. A queue that looks for its next jobs from the front
reads past all of them again and again, so that what it costs grows with the square of what is done meanwhile.`,
  sizes: { jobs: { full: 200_000, least: 1_000 } },
  columns: [
    { key: 'jobsPerSecond', title: 'jobs/s' },
    { key: 'nodeMs', title: 'ms of Node for 1,000', digits: 1 },
    { key: 'serverMs', title: 'ms of the server for 1,000', digits: 1 },
  ],
  chart: {
    title: 'Jobs/s beside an open transaction',
    keys: ['jobsPerSecond'],
    rows: ({ when }) => when === BESIDE,
  },
  ratios: [
    ...CONTENDERS.map((name) => ({
      name: `${name}: jobs/s beside an open transaction, by those without`,
      of: (rows: Rows) =>
        rows.median(name, 'jobsPerSecond', BESIDE) / rows.median(name, 'jobsPerSecond', ALONE),
      ...(name === 'howdah' && { target: { atLeast: 0.8 } }),
    })),
  ],
  async run(bench) {
    const places = await bench.places(CONTENDERS);
    const subjects = places.flatMap((place) => [ALONE, BESIDE].map((when) => ({ place, when })));
    const count = bench.size('jobs');
    const found = await bench.inTurns(
      subjects,
      ({ place, when }) => `${place.name}, ${when}`,
      async ({ place, when }) => {
        await fill(place, count);
        await tidy(bench.servers, place);
        await using _held = when === BESIDE ? await holdTransaction(place) : undefined;
        return await drainOnce(bench.servers, place, { count }); // it is held until this is done
      },
    );
    return {
      rows: [...found].map(([{ place, when }, figures]) => ({ contender: place.name, when, figures })),
      notes: [
        `${count.toLocaleString('en')} jobs a run, ${CONCURRENCY} at once.`,
        ...places.map(({ name, setup }) => `**${name}**: ${setup}.`),
      ],
    };
  },
};

async function holdTransaction({ url }: Place): Promise<AsyncDisposable> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('begin isolation level repeatable read; select 1');
  return { [Symbol.asyncDispose]: () => client.end() };
}
