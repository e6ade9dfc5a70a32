// npm run bench: Howdah beside its peers, on one machine, in turns. Options: --quick (half a minute, what .ci/run asks for: no
// more than whether the ratios are far off), --save (into docs/), --only <contender,…>, --jobs <count>, --rounds <count>
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { asyncStack } from '../src/start/async-stack.ts';
import { type Drained, drain, type Place, runContender, the } from './drain.ts';
import { type Figures, toFigures } from './figures.ts';
import { type Result, report } from './report.ts';
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
const QUICK = ['howdah', 'graphile-worker'];

/** Howdah's figures beside those of bare graphile-worker: some two to three times as bad as they are. */
const LIMITS = { nodeMs: 6, serverMs: 4, slowness: 8 };

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    save: { type: 'boolean', default: false },
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
const results = await compare(await preparePlaces(servers));
console.log(`\nmedians of ${rounds} rounds`);
for (const { place, figures } of results) console.log(line(place.name, medians(figures)));
if (values.save) {
  await report(results, { rounds, concurrency: CONCURRENCY, servers: servers.about });
  run('npx', 'biome', 'format', '--write', 'docs/performance.md', 'docs/performance.json');
}
if (values.quick) refuseFarOff(results);

async function preparePlaces(servers: Servers): Promise<Place[]> {
  const prepared: Place[] = [];
  for (const name of names) {
    const { setup, server, isSlow } = the(await runContender(name, ['setup']), 'setup');
    const url = await servers.place(name, server);
    if (url === undefined) continue;
    await runContender(name, ['prepare', url]);
    prepared.push({ name, setup, server, url, isSlow });
  }
  return prepared;
}

async function compare(places: readonly Place[]): Promise<Result[]> {
  const drained = new Map(places.map((place): [Place, Drained[]] => [place, []]));
  for (let round = 1; round <= rounds; round += 1) {
    for (const [place, all] of drained) {
      const latest = await drain(place, servers, { jobs: jobsOf(place), concurrency: CONCURRENCY });
      all.push(latest);
      console.log(`round ${round} ${line(place.name, latest)}`);
    }
  }
  return [...drained].map(([place, all]) => ({ place, jobs: jobsOf(place), figures: toFigures(all) }));
}

function jobsOf({ isSlow }: Place): number {
  return isSlow ? jobs / 10 : jobs;
}

function medians({ jobsPerSecond, nodeMs, serverMs, startMs, peakMb }: Figures): Drained {
  return {
    jobsPerSecond: jobsPerSecond.median,
    nodeMs: nodeMs.median,
    serverMs: serverMs.median,
    startMs: startMs.median,
    peakMb: peakMb.median,
  };
}

function line(name: string, { jobsPerSecond, nodeMs, serverMs, peakMb }: Drained): string {
  return [
    `${name.padEnd(26)}${jobsPerSecond.toFixed(0).padStart(7)} jobs/s`,
    `${nodeMs.toFixed(1).padStart(7)} ms Node ${serverMs.toFixed(1).padStart(7)} ms server per 1,000 jobs`,
    `${peakMb.toFixed(0).padStart(5)} MiB`,
  ].join(' ');
}

/** @throws {Error} naming the ratio that is beyond its limit */
function refuseFarOff(results: readonly Result[]): void {
  const [howdah, bare] = results.map(({ figures }) => medians(figures));
  if (!howdah || !bare) throw new Error('expected Howdah and graphile-worker, in this order');
  const ratios = {
    nodeMs: howdah.nodeMs / bare.nodeMs,
    serverMs: howdah.serverMs / bare.serverMs,
    slowness: bare.jobsPerSecond / howdah.jobsPerSecond,
  };
  for (const [name, limit] of Object.entries(LIMITS)) {
    const ratio = ratios[name as keyof typeof LIMITS];
    console.log(`${name}: ${ratio.toFixed(2)} times that of graphile-worker, at most ${limit}`);
    if (!(ratio <= limit)) throw new Error(`${name} is ${ratio.toFixed(2)} times that of graphile-worker`);
  }
}

function run(program: string, ...args: string[]): void {
  execFileSync(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });
}
