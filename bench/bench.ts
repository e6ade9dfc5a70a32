// npm run bench: Howdah beside its peers, on one machine, in turns. Options: --quick (three minutes, what .ci/run asks for),
// --only <contender,…>, --jobs <count>, --rounds <count>
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { asyncStack } from '../src/start/async-stack.ts';
import { type Drained, drain, type Place, runContender, the } from './drain.ts';
import { type Servers, startServers } from './servers.ts';

const CONCURRENCY = 10;
const CONTENDERS = [
  'howdah',
  'graphile-worker',
  'graphile-worker-defaults',
  'pg-boss',
  'bullmq-redis',
  'bullmq-postgres',
  'sql',
];
const QUICK = ['howdah', 'graphile-worker', 'pg-boss'];

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    jobs: { type: 'string' },
    rounds: { type: 'string' },
  },
});
const names = values.only?.split(',') ?? (values.quick ? QUICK : CONTENDERS);
const jobs = Number(values.jobs ?? (values.quick ? 20_000 : 200_000));
const rounds = Number(values.rounds ?? 3);

if (!existsSync(new URL('node_modules', import.meta.url)))
  run('npm', 'ci', '--ignore-scripts', '--prefix', 'bench');
run(process.execPath, 'packaging/build.ts');
await using stack = asyncStack();
const servers = await startServers(stack);
const places = await preparePlaces(servers);
const results = new Map<string, Drained[]>(places.map(({ name }) => [name, []]));
for (let round = 1; round <= rounds; round += 1) {
  for (const place of places) {
    const drained = await drain(place, servers, { jobs, concurrency: CONCURRENCY });
    results.get(place.name)?.push(drained);
    console.log(`round ${round} ${place.name.padEnd(26)}${line(drained)}`);
  }
}
console.log(`\nmedian of ${rounds} rounds, ${jobs} jobs`);
for (const [name, all] of results) console.log(`${name.padEnd(34)}${line(median(all))}`);

async function preparePlaces(servers: Servers): Promise<Place[]> {
  const prepared: Place[] = [];
  for (const name of names) {
    const { server } = the(await runContender(name, ['setup']), 'setup');
    const url = await servers.place(name, server);
    if (url === undefined) continue;
    await runContender(name, ['prepare', url]);
    prepared.push({ name, server, url });
  }
  return prepared;
}

function line({ jobsPerSecond, nodeMs, serverMs, peakMb }: Drained): string {
  const figures = [
    jobsPerSecond.toFixed(0).padStart(7),
    nodeMs.toFixed(1).padStart(7),
    serverMs.toFixed(1).padStart(7),
  ];
  return `${figures[0]} jobs/s ${figures[1]} ms Node ${figures[2]} ms server per 1,000 jobs ${peakMb.toFixed(0).padStart(5)} MiB`;
}

function median(all: readonly Drained[]): Drained {
  const of = (key: keyof Drained) => {
    const sorted = all.map((each) => each[key]).sort((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  };
  return {
    jobsPerSecond: of('jobsPerSecond'),
    nodeMs: of('nodeMs'),
    serverMs: of('serverMs'),
    startMs: of('startMs'),
    peakMb: of('peakMb'),
  };
}

function run(program: string, ...args: string[]): void {
  execFileSync(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });
}
