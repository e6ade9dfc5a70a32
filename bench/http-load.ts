import { fork } from 'node:child_process';
import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { fileURLToPath } from 'node:url';

const SERVER = fileURLToPath(new URL('http-server.ts', import.meta.url));
const CONNECTIONS = 20;

/** An API in a process of its own. */
export interface HttpServer extends AsyncDisposable {
  /** A request on each connection, so that what is compiled and opened first is not counted. */
  warmUp(load: Load): Promise<void>;
  /** Posts so many bodies on twenty connections. @throws at the first that is refused */
  send(load: Load): Promise<{ ms: number; cpuMs: number }>;
}

export interface Load {
  path: string;
  count: number;
  /** What is sent as JSON, by its number. */
  bodyOf: (n: number) => unknown;
}

/**
 * @param kind `jobs`: the API alone; `bank`: with the bank's routes; `bank-without-hashing`: the same, passwords being kept
 *   without the work that makes them slow to guess
 */
export async function startHttpServer(
  kind: 'jobs' | 'bank' | 'bank-without-hashing',
  connectionString: string,
): Promise<HttpServer> {
  const child = fork(SERVER, [kind, connectionString], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const ended = once(child, 'exit');
  const answer = async () => {
    const [message] = await Promise.race([
      once(child, 'message'),
      ended.then(([code]) => Promise.reject(new Error(`the server ended with ${code}`))),
    ]);
    return message as { url: string; cpuMs: number };
  };
  const { url } = await answer();
  const cpuMs = async () => {
    child.send('usage');
    return (await answer()).cpuMs;
  };
  return {
    warmUp: ({ path, count, bodyOf }) =>
      sendAll(url + path, Math.min(count, CONNECTIONS), (n) => bodyOf(-1 - n)),
    async send({ path, count, bodyOf }) {
      const [startedAt, before] = [performance.now(), await cpuMs()];
      await sendAll(url + path, count, bodyOf);
      return { ms: performance.now() - startedAt, cpuMs: (await cpuMs()) - before };
    },
    async [Symbol.asyncDispose]() {
      child.disconnect();
      await ended;
    },
  };
}

async function sendAll(url: string, count: number, bodyOf: (n: number) => unknown): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  let next = 0;
  const client = async () => {
    while (next < count) await send(url, agent, JSON.stringify(bodyOf(next++)));
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, client));
  agent.destroy();
}

const HEADERS = { Authorization: 'Bearer the-operator-of-the-bench', 'Content-Type': 'application/json' };

async function send(url: string, agent: Agent, body: string): Promise<void> {
  const sent = request(url, { method: 'POST', agent, headers: HEADERS });
  sent.end(body);
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  await once(answer.resume(), 'end');
  if ((answer.statusCode ?? 500) >= 300) throw new Error(`POST ${url}: ${answer.statusCode}`);
}
