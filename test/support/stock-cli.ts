import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { COMPILED } from './compile-cache.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CLI = fileURLToPath(new URL('../../node_modules/graphile-worker/dist/cli.js', import.meta.url));

/** The stock graphile-worker command line in a process of its own, with this project's graphile.config.ts. */
export interface StockCli {
  readonly pid: number;
  /** Both of its outputs. */
  output(): string;
  signal(signal: NodeJS.Signals): void;
  hasEnded(): boolean;
  /** Its exit code once it ended; null when a signal ended it. */
  readonly exited: Promise<number | null>;
}

export interface StockCliOptions {
  args: string[];
  databaseUrl: string;
  /** @default one that nobody listens on */
  smtpUrl?: string;
  /** Instead of the settings of a worker. */
  env?: Record<string, string>;
}

/** A command line that was just started; killed with the stack. */
export function startStockCli(
  { args, databaseUrl, smtpUrl = 'smtp://127.0.0.1:9', env = {} }: StockCliOptions,
  stack: AsyncDisposableStack,
): StockCli {
  const child = spawn(process.execPath, [CLI, ...args], {
    cwd: ROOT,
    env: {
      PATH: process.env['PATH'],
      ...COMPILED,
      DATABASE_URL: databaseUrl,
      SMTP_URL: smtpUrl,
      PUBLIC_URL: 'https://bank.example',
      SECRET_KEY: 'a-secret-key-for-tests-of-32-characters',
      ADMIN_TOKEN: 'the-operator-for-tests',
      DATA_DIR: '/nonexistent/howdah-needs-no-data-dir',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
    });
  }
  const exited = once(child, 'close').then(([code]) => code as number | null);
  stack.defer(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  return {
    pid: child.pid ?? 0,
    output: () => output,
    signal: (signal) => void child.kill(signal),
    hasEnded: () => child.exitCode !== null || child.signalCode !== null,
    exited,
  };
}
