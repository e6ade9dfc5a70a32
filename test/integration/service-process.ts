import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { COMPILED } from '../support/compile-cache.ts';
import { waitFor } from '../support/wait-for.ts';

const MAINS = {
  bank: fileURLToPath(new URL('../../src/bank/main.ts', import.meta.url)),
  backOffice: fileURLToPath(new URL('../../src/bank/back-office/main.ts', import.meta.url)),
};

/** `node src/bank/main.ts` as somebody else's process. */
export interface ServiceProcess {
  readonly pid: number;
  /** All of standard output. */
  told(): string;
  /** All of standard error. */
  complaints(): string;
  /** The log lines with this message. */
  logged(message: string): Record<string, unknown>[];
  signal(signal: NodeJS.Signals): void;
  hasEnded(): boolean;
  /** Its exit code once all of its output was read; null when a signal ended it. */
  readonly exited: Promise<number | null>;
}

export interface ServiceProcessOptions {
  /** @default what `npm start` runs */
  command?: string;
  /** @default 'bank' */
  application?: keyof typeof MAINS;
  /** Beside PATH, all that it knows of its surroundings. Taken free port and secrets unless given here. */
  env: Record<string, string>;
}

const SURROUNDINGS = {
  PORT: '0',
  HEALTH_PORT: '0',
  SECRET_KEY: 'a-secret-key-for-tests-of-32-characters',
  ADMIN_TOKEN: 'the-operator-for-tests',
  VIEWER_TOKEN: 'the-reader-for-tests',
  SIGN_UP_RATE_LIMIT: 'off',
  DATA_DIR: '/nonexistent/howdah-needs-no-data-dir',
};

/** A service that was just started; killed with the stack. */
export function startServiceProcess(
  { command = 'all', application = 'bank', env }: ServiceProcessOptions,
  stack: AsyncDisposableStack,
): ServiceProcess {
  const child = spawn(process.execPath, [MAINS[application], command], {
    env: { PATH: process.env.PATH, ...COMPILED, ...SURROUNDINGS, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: '/',
  });
  const told = collect(child.stdout);
  const complaints = collect(child.stderr);
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
  const exited = once(child, 'close').then(([code]) => code as number | null);
  stack.defer(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  return {
    pid: child.pid ?? 0,
    told,
    complaints,
    logged: (message) => parseLog(told()).filter(({ msg }) => msg === message),
    signal: (signal) => void child.kill(signal),
    hasEnded,
    exited,
  };
}

/** Its address, once it says that it is up. @throws when it ends before, with what it said */
export function untilUp(service: ServiceProcess): Promise<string> {
  return waitFor(
    'the service to be up',
    () => {
      if (service.hasEnded()) throw new Error(`the service ended: ${service.complaints()}`);
      return /Howdah is up.*Health +(http:\S+)\/readyz/s.exec(service.told())?.[1];
    },
    60_000,
  );
}

/** What a command said that ends by itself. */
export async function runToItsEnd(options: ServiceProcessOptions) {
  await using stack = new AsyncDisposableStack();
  const service = startServiceProcess(options, stack);
  const exitCode = await service.exited;
  return { exitCode, told: service.told(), complaints: service.complaints() };
}

function collect(stream: NodeJS.ReadableStream): () => string {
  let text = '';
  stream.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  return () => text;
}

function parseLog(text: string): Record<string, unknown>[] {
  const lines = text.split('\n').slice(0, -1);
  return lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));
}
