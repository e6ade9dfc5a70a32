// One command of one contender, in this process: node bench/contender.ts <name> prepare|fill|drain <url> [count] [concurrency]
import type { Contender } from './contenders/contender.ts';

/** What the process that works a queue off says on stdout, a line each. CPU in milliseconds, user and system. */
export type Said =
  | { event: 'setup'; setup: string; server: 'postgres' | 'redis'; isSlow: boolean }
  | { event: 'ready'; cpuMs: number }
  | { event: 'drained'; ms: number }
  | { event: 'stopped'; cpuMs: number; peakMb: number };

const [name = '', command = '', url = '', count = '0', concurrency = '10'] = process.argv.slice(2);
const { default: contender } = (await import(`./contenders/${name}.ts`)) as { default: Contender };

const { setup, server = 'postgres', isSlow = false } = contender;
if (command === 'setup') say({ event: 'setup', setup, server, isSlow });
else if (command === 'prepare') await contender.prepare(url);
else if (command === 'fill') await contender.fill(url, Number(count));
else await drain(Number(count), Number(concurrency));
process.exit(0);

async function drain(jobCount: number, concurrency: number): Promise<void> {
  const drained = Promise.withResolvers<void>();
  let doneCount = 0;
  const done = () => {
    if (++doneCount === jobCount) drained.resolve();
  };
  const working = await contender.work(url, { concurrency, done });
  const startedAt = performance.now();
  say({ event: 'ready', cpuMs: cpuMs() });
  await drained.promise;
  say({ event: 'drained', ms: performance.now() - startedAt });
  await working.stop();
  say({ event: 'stopped', cpuMs: cpuMs(), peakMb: process.resourceUsage().maxRSS / 1024 });
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

function say(said: Said): void {
  process.stdout.write(`${JSON.stringify(said)}\n`);
}
