import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';

const PROGRAM = 'kcat';
const ABSENT = `there is no Kafka to show this with: it is played by ${PROGRAM}, which is not installed (Debian: apt-get install kcat; Homebrew: brew install kcat)`;
/** librdkafka's word for where its mock cluster listens. */
const LISTENING = /MOCK.* replaced with (127\.0\.0\.1:\d+)/;

/** A message as it lies in a topic. */
export interface TopicMessage {
  /** Of the header `message-id`. */
  readonly id: string;
  readonly body: string;
}

export interface KafkaMock {
  /** As KAFKA_URL. */
  readonly url: string;
  /** All that is in the topic, as any other consumer would find it. */
  read(topic: string): Promise<TopicMessage[]>;
}

/**
 * The mock cluster of librdkafka, in a process of kcat that ends with the stack. It makes each topic that is asked for, and keeps
 * what is in them in memory.
 *
 * @throws {Error} in words, where kcat is not installed, or does not begin to listen
 */
export async function startKafkaMock(opened: AsyncDisposableStack): Promise<KafkaMock> {
  const address = await listen(opened);
  return { url: `kafka://${address}`, read: (topic) => readTopic(address, topic) };
}

/** It lives while its input is open. */
async function listen(opened: AsyncDisposableStack): Promise<string> {
  const child = spawn(PROGRAM, ['-P', '-X', 'test.mock.num.brokers=1', '-b', 'x', '-t', 'warm'], {
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  const exited = once(child, 'exit').catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT' ? new Error(ABSENT) : error;
  });
  opened.defer(async () => {
    child.kill('SIGKILL'); // Told to end in any other way, it waits for a line of its input first.
    await exited.catch(() => {});
  });
  let told = '';
  const listening = new Promise<string>((resolve) => {
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      told += text;
      const [, address] = LISTENING.exec(told) ?? [];
      if (address !== undefined) resolve(address);
    });
  });
  const ended = exited.then(() => {
    throw new Error(`${PROGRAM} ended: ${told.trim()}`);
  });
  return await Promise.race([listening, ended]);
}

async function readTopic(address: string, topic: string): Promise<TopicMessage[]> {
  const args = ['-C', '-b', address, '-t', topic, '-o', 'beginning', '-e', '-q', '-J'];
  const { stdout } = await promisify(execFile)(PROGRAM, args);
  const records = stdout.split('\n').filter((line) => line !== '');
  return records.map((line) => {
    const { payload, headers = [] } = JSON.parse(line) as { payload: string; headers?: string[] };
    return { id: headers[headers.indexOf('message-id') + 1] ?? '', body: payload };
  });
}
