// npm run bench:start: what it takes to start, CPU time and peak memory of the whole process, beside what it is compared with.
import { execFileSync } from 'node:child_process';
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '../test/support/test-database.ts';
import { least, measure, type Usage } from './measure.ts';

const NODE = process.execPath;
const RUNS = 5;
const WORKER = [NODE, 'dist/cli.js', 'worker', '--config', 'test/package/projects/resting/howdah.config.js'];
const IDLE = { stop: { afterSaying: 'Howdah is up', idleMs: 3_000 } };

execFileSync(NODE, ['packaging/build.ts'], { stdio: 'inherit' });
const database = await createTestDatabase();
const env = { DATABASE_URL: database.connectionString };
const programs: readonly (readonly [name: string, command: readonly string[], target?: string])[] = [
  ['node -e 0', [NODE, '-e', '0']],
  ['graphile-worker --help', [NODE, 'node_modules/.bin/graphile-worker', '--help']],
  ['npx graphile-worker --help', ['npx', 'graphile-worker', '--help']],
  ['howdah --version', [NODE, 'src/cli.ts', '--version'], 'at most 3x the CPU of node -e 0'],
  ['howdah --version, as packed', [NODE, 'dist/cli.js', '--version']],
  ['howdah --help', [NODE, 'src/cli.ts', '--help']],
  ['howdah queues', [NODE, 'src/cli.ts', 'queues'], 'at most 500 ms and 110 MiB'],
  ['howdah queues, as packed', [NODE, 'dist/cli.js', 'queues']],
  ['howdah jobs', [NODE, 'src/cli.ts', 'jobs']],
  ['an idle worker, 3 s', [NODE, 'bench/idle-worker.ts']],
  ['the same of the bank', [NODE, 'bench/idle-worker.ts', 'src/bank/app.ts']],
];

for (const [name, command, target] of programs) {
  console.log(line(name, await measure(command, { env, runs: RUNS }), target));
}
for (const [name, given] of [
  ['howdah worker, as packed', database],
  ['the same, its first start', undefined],
] as const) {
  console.log(line(name, await measureWorker(given), 'at most 124 MiB (130 MB)'));
}
await database.drop();

/** On a database that is ready for it, or each time on an empty one, which it has to migrate. */
async function measureWorker(given?: TestDatabase): Promise<Usage> {
  const usages: Usage[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    const place = given ?? (await createEmptyDatabase());
    usages.push(
      await measure(WORKER, { ...IDLE, env: { DATABASE_URL: place.connectionString, HEALTH_PORT: '0' } }),
    );
    if (!given) await place.drop();
  }
  return least(usages);
}

function line(name: string, { cpuMs, peakMb }: Usage, target = ''): string {
  const figures = `${cpuMs.toFixed(0).padStart(6)} ms CPU ${peakMb.toFixed(0).padStart(5)} MiB`;
  return `${name.padEnd(28)}${figures}   ${target}`.trimEnd();
}
