import { type Measuring, measure } from '../measure.ts';
import type { Ratio, Section } from '../section.ts';

const NODE = process.execPath;
const CLI = 'dist/cli.js';
const SOURCES = 'src/cli.ts';

const COMMANDS = [
  ['--version'],
  ['--help'],
  ['queues'],
  ['jobs'],
  ['workers'],
  ['tasks'],
  ['schedules'],
  ['upkeep'],
  ['apps'],
  ['sql', 'select 1'],
];

const WORKER = 'howdah worker, 3 s';
const FIRST_START = 'the same, its first start';
const SERVE = [NODE, CLI, 'worker', '--config', 'test/package/projects/resting/howdah.config.js'];
const IDLE = { stop: { afterSaying: 'Howdah is up', idleMs: 3_000 } };

export const startUp: Section = {
  letter: 'k',
  name: 'start-up',
  title: 'Starting',
  question: `CPU time and peak memory of a command from its start to its end, all its processes together. The commands of Howdah are
those of the built package; from the sources, the stripping of types comes on top. A worker is told to stop after three seconds without a
job; at its first start it migrates an empty database. What it weighs, and why, is in
[weight.md](weight.md).`,
  sizes: { runs: { full: 3, least: 1 } },
  columns: [
    { key: 'cpuMs', title: 'CPU, ms' },
    { key: 'peakMb', title: 'peak, MiB' },
  ],
  chart: { title: 'CPU of a command, ms', keys: ['cpuMs'] },
  ratios: [
    {
      name: 'CPU of howdah --version, by that of node -e 0',
      of: (rows) => rows.median('howdah --version', 'cpuMs') / rows.median('node -e 0', 'cpuMs'),
      target: { atMost: 3 },
    },
    absolute('howdah queues', 'cpuMs', ' ms', { atMost: 500 }),
    absolute('howdah queues', 'peakMb', ' MiB', { atMost: 110 }),
    absolute(WORKER, 'peakMb', ' MiB', { atMost: 124 }),
    absolute(FIRST_START, 'peakMb', ' MiB', { atMost: 124 }),
    {
      name: 'peak of a worker, started and stopped, by that of graphile-worker',
      of: (rows) =>
        rows.median('a worker, started and stopped', 'peakMb') /
        rows.median('graphile-worker, started and stopped', 'peakMb'),
    },
  ],
  async run(bench) {
    const places = await bench.places(['howdah', 'graphile-worker']);
    const urlOf = (name: string) => places.find((place) => place.name === name)?.url ?? '';
    const env = { DATABASE_URL: urlOf('howdah'), HEALTH_PORT: '0' };
    const found = await bench.inTurns(
      programs(urlOf),
      ([name]) => name,
      async ([name, command, measuring]) => {
        const url = name === FIRST_START ? await bench.servers.place('first', 'postgres') : undefined;
        const given = url === undefined ? env : { ...env, DATABASE_URL: url };
        return { ...(await measure(command, { env: given, ...measuring })) };
      },
      bench.size('runs'),
    );
    return {
      rows: [...found].map(([[name], figures]) => ({ contender: name, figures })),
      notes: [`${bench.size('runs')} runs in turns: the rounds of this section.`],
    };
  },
};

type Program = readonly [name: string, command: readonly string[], measuring?: Measuring];

function programs(urlOf: (contender: string) => string): Program[] {
  return [
    ['node -e 0', [NODE, '-e', '0']],
    ['graphile-worker --help', [NODE, 'node_modules/.bin/graphile-worker', '--help']],
    ['npx graphile-worker --help', ['npx', 'graphile-worker', '--help']],
    ...COMMANDS.map((args): Program => [`howdah ${args.join(' ')}`, [NODE, CLI, ...args]]),
    ['howdah --version, from the sources', [NODE, SOURCES, '--version']],
    ['howdah queues, from the sources', [NODE, SOURCES, 'queues']],
    ['a worker, started and stopped', startAndStop('howdah', urlOf)],
    ['graphile-worker, started and stopped', startAndStop('graphile-worker', urlOf)],
    [WORKER, SERVE, IDLE],
    [FIRST_START, SERVE, IDLE],
    ['an idle worker, 3 s, from the sources', [NODE, 'bench/idle-worker.ts']],
    ['the same of the bank', [NODE, 'bench/idle-worker.ts', 'src/bank/app.ts']],
  ];
}

/** Nothing comes on its stdin, so that it stops as soon as it takes jobs. */
function startAndStop(name: string, urlOf: (contender: string) => string): string[] {
  const options = { queues: [{ name: 'default', concurrency: 10 }] };
  return [NODE, 'bench/contender.ts', name, 'work', urlOf(name), JSON.stringify(options)];
}

function absolute(contender: string, key: string, unit: string, target: { atMost: number }): Ratio {
  return {
    name: `${contender}: ${key === 'cpuMs' ? 'CPU' : 'peak'}`,
    of: (rows) => rows.median(contender, key),
    target,
    unit,
    digits: 0,
  };
}
