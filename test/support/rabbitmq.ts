import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { randomPort } from '../../src/db/embedded/settings.ts';
import { freeze } from './freeze.ts';
import { waitFor } from './wait-for.ts';

/** Debian's. Not what it puts into /usr/sbin: that runs as the account of the system's own broker, in its folders. */
const PROGRAMS = '/usr/lib/rabbitmq/bin';
const START_TIMEOUT_MS = 60_000;
const USER = 'howdah';
const PASSWORD = 'rabbit-password-of-tests';

/** Why tests that need one are skipped; false where there is one. */
export const noRabbitMq = existsSync(`${PROGRAMS}/rabbitmq-server`)
  ? false
  : `there is no ${PROGRAMS}/rabbitmq-server here`;

/** A RabbitMQ that a test may configure, stop, kill and start again: of its own folder, ports, cookie and names. */
export class RabbitMq {
  readonly port = randomPort();
  /** For another listener. */
  readonly sparePort = randomPort();
  readonly #folder: string;
  readonly #epmdPort = randomPort();
  readonly #distributionPort = randomPort();
  #child: ChildProcess | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Of an administrator, to the virtual host `/`. */
  get url(): string {
    return this.urlOf(USER, PASSWORD);
  }

  urlOf(user: string, password: string, vhost = ''): string {
    return `amqp://${user}:${password}@127.0.0.1:${this.port}/${encodeURIComponent(vhost)}`;
  }

  /** Writes what it is started with. */
  async configure(lines: readonly string[]): Promise<void> {
    const { port } = this;
    const inFolder = (name: string) => join(this.#folder, name);
    const own = [
      `listeners.tcp.1 = 127.0.0.1:${port}`,
      'distribution.listener.interface = 127.0.0.1',
      `default_user = ${USER}`,
      `default_pass = ${PASSWORD}`,
      'disk_free_limit.absolute = 1MB',
    ];
    await writeFile(inFolder('rabbitmq.conf'), [...own, ...lines, ''].join('\n'));
    // Else it would start a process to ask the system's resolver.
    await writeFile(inFolder('inetrc'), '{lookup, [file]}.\n{host, {127,0,0,1}, ["localhost"]}.\n');
    await writeFile(inFolder('.erlang.cookie'), 'COOKIEOFTESTS', { mode: 0o400 });
    await Promise.all([mkdir(inFolder('log')), mkdir(inFolder('data'))]);
  }

  /** The port mapper of Erlang's nodes, which would else be started as a daemon and stay. Gone with the stack. */
  async startPortMapper(stack: AsyncDisposableStack): Promise<void> {
    const args = ['-port', String(this.#epmdPort), '-address', '127.0.0.1'];
    const child = guarded(spawn('/usr/bin/epmd', args, { stdio: 'ignore', env: {} }));
    stack.defer(() => end(child));
    await waitFor('epmd to answer', () => isOpen(this.#epmdPort));
  }

  /** Resolves when it takes connections; begins with what it had when it was killed. */
  async start(): Promise<void> {
    const log = join(this.#folder, 'out');
    const server = spawn('/bin/sh', ['-c', `exec ${PROGRAMS}/rabbitmq-server >>"$0" 2>&1`, log], {
      env: { ...this.#environment(), detached: 'true' }, // so that its script becomes the server and has its pid
      stdio: 'ignore',
    });
    const child = guarded(server);
    this.#child = child;
    const answers = async () => {
      if (hasEnded(child)) throw new Error(await readFile(log, 'utf8'));
      return isOpen(this.port);
    };
    await waitFor('RabbitMQ to answer', answers, START_TIMEOUT_MS);
  }

  /**
   * What queues and exchanges there are is on its disk then. RabbitMQ confirms messages when they are, but says that a queue
   * is there a second or two before that: killed in between it has forgotten the queue, with all that was confirmed in it.
   */
  async rememberQueues(): Promise<void> {
    await this.control('eval', 'mnesia:sync_log().');
  }

  /** SIGKILL: as in a power cut. Resolves when it is gone. */
  async kill(): Promise<void> {
    if (this.#child) await end(this.#child);
  }

  /** SIGSTOP: connections stay open, new ones too, and nothing answers. */
  async pause(): Promise<void> {
    const pid = this.#child?.pid;
    if (pid !== undefined) await freeze(pid);
  }

  resume(): void {
    this.#child?.kill('SIGCONT');
  }

  /** What `rabbitmqctl` printed. */
  async control(...args: string[]): Promise<string> {
    const command = promisify(execFile);
    const { stdout } = await command(`${PROGRAMS}/rabbitmqctl`, ['--quiet', ...args], {
      env: this.#environment(),
    });
    return stdout;
  }

  /** Publishers are blocked from their next message on, as by a machine without memory; until it is called with false. */
  async alarm(isOn: boolean): Promise<void> {
    await this.control('set_vm_memory_high_watermark', isOn ? '0.000001' : '0.4');
  }

  #environment(): NodeJS.ProcessEnv {
    const inFolder = (name: string) => join(this.#folder, name);
    return {
      PATH: process.env['PATH'],
      LANG: 'C.UTF-8',
      HOME: this.#folder,
      ERL_EPMD_PORT: String(this.#epmdPort),
      ERL_EPMD_ADDRESS: '127.0.0.1',
      ERL_INETRC: inFolder('inetrc'),
      RABBITMQ_NODENAME: `howdah-${this.port}@localhost`,
      // Its look before the start, whether that port is free, reads no configuration: all would look at 25672.
      RABBITMQ_DIST_PORT: String(this.#distributionPort),
      RABBITMQ_CONFIG_FILE: inFolder('rabbitmq'),
      RABBITMQ_ADVANCED_CONFIG_FILE: inFolder('advanced.config'),
      RABBITMQ_CONF_ENV_FILE: inFolder('rabbitmq-env.conf'),
      RABBITMQ_ENABLED_PLUGINS_FILE: inFolder('enabled_plugins'),
      RABBITMQ_MNESIA_BASE: inFolder('data'),
      RABBITMQ_LOG_BASE: inFolder('log'),
      RABBITMQ_PID_FILE: inFolder('pid'),
    };
  }
}

/**
 * One that takes connections, after 5 to 12 seconds; gone with the stack, and also should this process end without a word.
 *
 * @param settings lines as in rabbitmq.conf, given the spare port
 */
export async function startRabbitMq(
  stack: AsyncDisposableStack,
  settings: readonly string[] | ((sparePort: number) => readonly string[]) = [],
): Promise<RabbitMq> {
  const folder = await mkdtemp(join(tmpdir(), 'howdah-rabbitmq-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const server = new RabbitMq(folder);
  await server.configure(typeof settings === 'function' ? settings(server.sparePort) : settings);
  await server.startPortMapper(stack);
  stack.defer(() => server.kill());
  await server.start();
  return server;
}

async function isOpen(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** Killed as soon as this process is gone, be it by SIGKILL: the guard reads from a pipe that ends with it. */
function guarded(child: ChildProcess): ChildProcess {
  const script = 'read -r _; kill -KILL "$0"';
  const guard = spawn('/bin/sh', ['-c', script, String(child.pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  guard.unref();
  (guard.stdin as Socket).unref();
  child.once('exit', () => guard.kill('SIGKILL'));
  return child;
}

async function end(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}
