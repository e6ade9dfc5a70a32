import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { promisify } from 'node:util';
import { freeze } from './freeze.ts';
import { int32 } from './kafka-stub/wire.ts';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';
import { waitFor } from './wait-for.ts';

const PROGRAM = '/usr/bin/kcat';
/** State of a socket that listens, in /proc/net/tcp. */
const LISTENING = '0A';

/** Why tests that need one are skipped; false where there is one. */
export const noKafkaMock = existsSync(PROGRAM)
  ? false
  : `there is no ${PROGRAM} here (Debian's package kcat)`;

/**
 * The mock cluster of librdkafka, in a process of kcat: another implementation of the protocol than the one under test, which takes
 * idempotent producers and makes each topic that is asked for, of four partitions. It has no disks, replicas, TLS, passwords or
 * retention, and knows only what librdkafka 2.0 does: Produce up to version 7, Fetch up to 11, Metadata up to 2.
 */
export interface KafkaMock {
  /** `kafka://127.0.0.1:port` */
  readonly url: string;
  readonly pid: number;
  /** What is in the topic, read by kcat: JSON of each record. */
  read(topic: string): Promise<MockRecord[]>;
  freeze(): Promise<void>;
  thaw(): void;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface MockRecord {
  readonly partition: number;
  readonly offset: number;
  readonly key: string | null;
  readonly payload: string | null;
  /** Names and values by turns. */
  readonly headers?: readonly string[];
}

export async function startKafkaMock(): Promise<KafkaMock> {
  const child = spawn(PROGRAM, ['-P', '-X', 'test.mock.num.brokers=1', '-b', 'x', '-t', 'warm'], {
    stdio: ['pipe', 'ignore', 'ignore'], // It lives while its input is open.
  });
  const exited = once(child, 'exit');
  const pid = child.pid ?? 0;
  const port = await waitFor('the mock of Kafka to listen', () => listeningPort(child));
  return {
    url: `kafka://127.0.0.1:${port}`,
    pid,
    read: (topic) => readTopic(port, topic),
    freeze: () => freeze(pid),
    thaw: () => void process.kill(pid, 'SIGCONT'),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** A proxy before the mock. Where the mock says that it listens, it is made to say that the proxy does. */
export async function startMockProxy(mock: KafkaMock): Promise<TcpProxy> {
  const told = (port: number) => Buffer.concat([Buffer.from('127.0.0.1'), int32(port)]);
  const own = told(Number(new URL(mock.url).port));
  return await startTcpProxy(mock.url, 0, (answer, proxyPort) => {
    const at = answer.indexOf(own);
    return at < 0
      ? answer
      : Buffer.concat([answer.subarray(0, at), told(proxyPort), answer.subarray(at + own.length)]);
  });
}

function listeningPort({ pid }: ChildProcess): number | undefined {
  const inodes = new Set(readdirSync(`/proc/${pid}/fd`).map((fd) => socketInode(`/proc/${pid}/fd/${fd}`)));
  for (const line of readFileSync('/proc/net/tcp', 'utf8').split('\n').slice(1)) {
    const [, local = '', , state, , , , , , inode] = line.trim().split(/\s+/);
    if (state === LISTENING && inodes.has(inode)) return Number.parseInt(local.split(':')[1] ?? '', 16);
  }
  return undefined;
}

function socketInode(path: string): string | undefined {
  try {
    return /^socket:\[(\d+)\]$/.exec(readlinkSync(path))?.[1];
  } catch {
    return undefined; // It was closed meanwhile.
  }
}

async function readTopic(port: number, topic: string): Promise<MockRecord[]> {
  const args = ['-C', '-b', `127.0.0.1:${port}`, '-t', topic, '-o', 'beginning', '-e', '-q', '-J'];
  const { stdout } = await promisify(execFile)(PROGRAM, args, {
    maxBuffer: 64 * 1024 * 1024,
    timeout: 60_000,
  });
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as MockRecord);
}
