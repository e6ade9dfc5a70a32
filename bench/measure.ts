import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
/** Whoever measures may have a cache of compiled code, which a process elsewhere has not. */
const AS_AT_FIRST = { NODE_DISABLE_COMPILE_CACHE: '1' };

const REPORTER = fileURLToPath(new URL('report-usage.cjs', import.meta.url));

/** What a program took, all its processes and threads together. */
export interface Usage {
  /** User and system time, milliseconds. */
  cpuMs: number;
  /** Of its largest process, MiB. */
  peakMb: number;
}

export interface Measuring {
  env?: Record<string, string>;
  /** @default 1 */
  runs?: number;
  /** Where it runs. @default the root of the repository */
  folder?: string;
  /** For what runs until it is stopped: SIGTERM, so long after its standard output has said so. */
  stop?: { afterSaying: string; idleMs: number };
}

/**
 * What a command took from its start to its end. The least of several runs: what others do on the machine only adds.
 *
 * @throws when it does not end with exit code 0
 */
export async function measure(command: readonly string[], measuring: Measuring = {}): Promise<Usage> {
  const usages: Usage[] = [];
  for (let run = 0; run < (measuring.runs ?? 1); run += 1) usages.push(await measureOnce(command, measuring));
  return least(usages);
}

/** The least of each. */
export function least(usages: readonly Usage[]): Usage {
  return {
    cpuMs: Math.min(...usages.map(({ cpuMs }) => cpuMs)),
    peakMb: Math.min(...usages.map(({ peakMb }) => peakMb)),
  };
}

async function measureOnce(
  [program = '', ...args]: readonly string[],
  { env = {}, folder: cwd = ROOT, stop }: Measuring,
): Promise<Usage> {
  const folder = await mkdtemp(join(tmpdir(), 'howdah-usage-'));
  try {
    const file = join(folder, 'usage.jsonl');
    const child = spawn(program, args, {
      cwd,
      env: {
        ...process.env,
        ...env,
        ...AS_AT_FIRST,
        NODE_OPTIONS: `--require ${REPORTER}`,
        BENCH_USAGE_FILE: file,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    if (stop) stopAfter(child, stop);
    child.stdout.resume();
    const [code] = (await once(child, 'close')) as [number | null];
    if (code !== 0) throw new Error(`${[program, ...args].join(' ')} ended with ${code}: ${said}`);
    return addUp((await readFile(file, 'utf8')).trim().split('\n'));
  } finally {
    await rm(folder, { recursive: true });
  }
}

function stopAfter(child: ChildProcess, { afterSaying, idleMs }: Required<Measuring>['stop']): void {
  let said = '';
  const hear = (text: string) => {
    said += text;
    if (!said.includes(afterSaying)) return;
    child.stdout?.off('data', hear);
    setTimeout(() => child.kill('SIGTERM'), idleMs);
  };
  child.stdout?.setEncoding('utf8').on('data', hear);
}

function addUp(lines: readonly string[]): Usage {
  const usages = lines.map((line) => JSON.parse(line) as Usage);
  return {
    cpuMs: usages.reduce((sum, { cpuMs }) => sum + cpuMs, 0),
    peakMb: Math.max(...usages.map(({ peakMb }) => peakMb)),
  };
}
