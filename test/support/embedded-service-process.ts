import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { waitFor } from './wait-for.ts';

const SCRIPT = fileURLToPath(new URL('./embedded-service.ts', import.meta.url));

/** A service with an embedded Postgres in a process of its own, which leads a process group of its own. */
export interface EmbeddedService {
  readonly pid: number;
  /** `started <connection string>`, `failed <message>`, `worked` and `stopped`. */
  lines(): string[];
  /** Resolves when the process has ended. */
  readonly exited: Promise<unknown>;
}

export interface EmbeddedServiceOptions {
  /** Whom it runs as. @default this user */
  account?: { uid: number; gid: number };
  /** @default none */
  nodeFlags?: string[];
  /** The script's path, where the checkout is seen from elsewhere. */
  script?: string;
}

/** A service that has started or has failed to; killed with the stack. */
export async function startEmbeddedService(
  dataDir: string,
  stack: AsyncDisposableStack,
  { account, nodeFlags = [], script = SCRIPT }: EmbeddedServiceOptions = {},
): Promise<EmbeddedService> {
  const args = [...nodeFlags, script, dataDir];
  const child = spawn(process.execPath, args, {
    ...account,
    cwd: '/',
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  stack.defer(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  const lines = () => text.split('\n').filter((line) => line !== '');
  await waitFor('the service to start or fail', () => lines().length > 0 || child.exitCode !== null);
  return { pid: child.pid ?? 0, lines, exited };
}
