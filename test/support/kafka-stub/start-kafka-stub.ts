import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { Certificates } from '../certificates.ts';
import { ANSWERS, type Api, answerFetch, SPOKEN } from './answers.ts';
import { StubTopic } from './stub-log.ts';
import { int32, WireReader } from './wire.ts';

/** What a test has the stub do to some requests instead of what a broker would. */
export interface Fault {
  readonly api: Api;
  /** How often. @default 1 */
  readonly times?: number;
  /** So many before it are let pass. @default 0 */
  readonly after?: number;
  /** Code of the protocol that every topic or partition of it is answered by. */
  readonly error?: number;
  /** Whether what it asks for is done. @default true without an error, false with one */
  readonly applies?: boolean;
  /** `hang`: no answer ever; `close`: the connection ends without one; `cut`: in the middle of it. @default answered */
  readonly instead?: 'hang' | 'close' | 'cut';
}

/** Without tagged fields in the header. */
const INFLEXIBLE = new Set<Api>(['ApiVersions', 'SaslHandshake']);

/** Topics of a stub, which all its nodes have. */
export interface StubLog {
  readonly nodes: readonly { readonly id: number; readonly port: number }[];
  /** Left out of what it says it can do. */
  readonly withheld: Set<Api>;
  nextProducerId: bigint;
  /** Whom PLAIN lets in: `user`, NUL, `password`. */
  credentials: string;
  find(name: string): StubTopic | undefined;
  findById(id: string): StubTopic | undefined;
}

/**
 * So much of Kafka's protocol as Howdah uses, by the documentation of the protocol and in memory: what is sent twice by an idempotent
 * producer is written once, a gap in its sequence is refused. It proves what the client does after each kind of answer. It does not
 * prove that a broker gives that answer, nor anything of disks, replicas, elections, TLS or passwords.
 */
export interface KafkaStub {
  /** `kafka://127.0.0.1:port`, of the first node. */
  readonly url: string;
  readonly port: number;
  /** How often each was asked. */
  readonly askedCount: Readonly<Record<Api, number>>;
  readonly log: StubLog;
  topic(name: string, partitionCount?: number): StubTopic;
  /** Deletes it, and makes one of that name under another id. */
  remake(name: string, partitionCount?: number): StubTopic;
  fault(fault: Fault): void;
  /** The first node is said to listen there: where a proxy before it does. */
  advertise(url: string): void;
  /** From which ports it is connected to. */
  peerPorts(): number[];
  /** Ends every connection. */
  cut(): void;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * @param nodeCount how many brokers of one cluster. @default 1
 * @param certificates by which it speaks TLS alone. @default it does not
 */
export async function startKafkaStub(nodeCount = 1, certificates?: Certificates): Promise<KafkaStub> {
  const topics = new Map<string, StubTopic>();
  const sockets = new Set<Socket>();
  const nodes: { id: number; port: number }[] = [];
  const log: StubLog = {
    nodes,
    withheld: new Set(),
    nextProducerId: 1000n,
    credentials: '',
    find: (name) => topics.get(name),
    findById: (id) => [...topics.values()].find((each) => each.id === id),
  };
  const faults: (Fault & { left: number; toPass: number })[] = [];
  const askedCount = Object.fromEntries(Object.keys(SPOKEN).map((name) => [name, 0])) as Record<Api, number>;
  const takeFault = (api: Api): Fault | undefined => {
    askedCount[api]++;
    const fault = faults.find((each) => each.api === api && each.left > 0);
    if (fault && fault.toPass-- > 0) return undefined;
    if (fault) fault.left--;
    return fault;
  };
  const servers = await Promise.all(
    Array.from({ length: nodeCount }, (_, index) =>
      listen((socket) => {
        sockets.add(socket);
        socket.once('close', () => sockets.delete(socket));
        serve(socket, { log, node: index + 1, takeFault });
      }, certificates),
    ),
  );
  for (const [index, server] of servers.entries())
    nodes.push({ id: index + 1, port: (server.address() as AddressInfo).port });
  const make = (name: string, partitionCount = 1): StubTopic => {
    const topic = new StubTopic(name, partitionCount);
    topics.set(name, topic);
    return topic;
  };
  const port = nodes[0]?.port ?? 0;
  return {
    url: `kafka://127.0.0.1:${port}`,
    port,
    askedCount,
    log,
    topic: (name, partitionCount) => topics.get(name) ?? make(name, partitionCount),
    remake: make,
    fault: (fault) => void faults.push({ ...fault, left: fault.times ?? 1, toPass: fault.after ?? 0 }),
    advertise(url) {
      nodes[0] = { id: 1, port: Number(new URL(url).port) };
    },
    peerPorts: () => [...sockets].flatMap(({ remotePort }) => remotePort ?? []),
    cut() {
      for (const socket of sockets) socket.destroy();
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await Promise.all(servers.map((server) => once(server.close(), 'close')));
    },
  };
}

interface Node {
  readonly log: StubLog;
  readonly node: number;
  takeFault(api: Api): Fault | undefined;
}

async function listen(
  serveSocket: (socket: Socket) => void,
  certificates: Certificates | undefined,
): Promise<Server> {
  const server = certificates
    ? createTlsServer({ cert: certificates.serverCert, key: certificates.serverKey }, serveSocket)
    : createServer(serveSocket);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

/** One request after the other, as a broker does with those of one connection. */
function serve(socket: Socket, node: Node): void {
  let received = Buffer.alloc(0);
  let before: Promise<void> = Promise.resolve();
  socket.setNoDelay(true).on('error', () => {});
  socket.on('data', (chunk) => {
    received = Buffer.concat([received, chunk]);
    while (received.length >= 4 && received.length >= 4 + received.readInt32BE()) {
      const request = received.subarray(4, 4 + received.readInt32BE());
      received = received.subarray(4 + request.length);
      before = before.then(() => answer(socket, request, node)).catch(() => void socket.destroy());
    }
  });
}

async function answer(socket: Socket, request: Buffer, { log, node, takeFault }: Node): Promise<void> {
  const reader = new WireReader(request);
  const key = reader.int16();
  const version = reader.int16();
  const correlationId = reader.int32();
  reader.shortString();
  const api = nameOf(key, version);
  const isFlexible = !INFLEXIBLE.has(api);
  if (isFlexible) reader.tags();
  const fault = takeFault(api);
  const applies = fault?.applies ?? fault?.error === undefined;
  const asked = { log, node, reader, error: fault?.error, applies };
  if (fault?.instead === 'hang' && !applies) return await new Promise(() => {});
  const body =
    fault?.instead && !applies
      ? Buffer.alloc(0)
      : await (api === 'Fetch' ? answerFetch(asked) : ANSWERS[api](asked));
  if (fault?.instead === 'hang') return await new Promise(() => {});
  if (fault?.instead === 'close') return void socket.destroy();
  const header = isFlexible ? Buffer.concat([int32(correlationId), Buffer.of(0)]) : int32(correlationId);
  const whole = Buffer.concat([int32(header.length + body.length), header, body]);
  if (fault?.instead !== 'cut') return void socket.write(whole);
  socket.write(whole.subarray(0, Math.floor(whole.length / 2)), () => socket.destroy());
}

function nameOf(key: number, version: number): Api {
  for (const [name, spoken] of Object.entries(SPOKEN))
    if (spoken.key === key && spoken.version === version) return name as Api;
  throw new Error(`the stub does not speak version ${version} of API ${key}`);
}
