import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/**
 * What becomes of one statement: the server's session is ended before it gets there; or it is done, and the session ends
 * before its answer gets back; or it is done, and the answer never comes while the connection stays.
 */
export type StatementFault = 'ended before' | 'ended after' | 'never answered';

/** A way to a Postgres server that knows the messages on it. */
export interface MessageProxy {
  readonly url: string;
  /** The n-th statement from now on, counted from 1 over all connections, meets with the fault. */
  arm(n: number, fault: StatementFault): void;
  disarm(): void;
  /** How often a client sent statements and then waited for the answers to all of them. */
  roundTripCount(): number;
  /** Whether the armed fault has struck. */
  hasStruck(): boolean;
  stop(): Promise<void>;
}

interface Message {
  type: string;
  bytes: Buffer;
}

export interface MessageProxyOptions {
  /** Ends the server's session of that process id, and resolves when it is gone. Needed for faults that end it. */
  terminate?(pid: number): Promise<void>;
  /** How long an answer is on its way. @default 0 */
  answersTakeMs?: number;
}

export async function startMessageProxy(
  targetUrl: string,
  { terminate = async () => {}, answersTakeMs = 0 }: MessageProxyOptions,
): Promise<MessageProxy> {
  const target = new URL(targetUrl);
  const sockets = new Set<Socket>();
  const plan = { left: 0, fault: undefined as StatementFault | undefined, hasStruck: false };
  let roundTripCount = 0;
  const onRoundTrip = () => {
    roundTripCount += 1;
  };
  const strike = () => {
    if (plan.left === 0 || --plan.left > 0) return undefined;
    plan.hasStruck = true;
    return plan.fault;
  };
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.setNoDelay(true); // Else a message may wait 40 ms for the answer to the one before it.
      socket.on('error', () => {});
      socket.on('close', () => sockets.delete(socket));
    }
    relay(client, upstream, { strike, terminate, onRoundTrip, answersTakeMs });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(targetUrl);
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href,
    arm: (left, fault) => void Object.assign(plan, { left, fault, hasStruck: false }),
    disarm: () => void Object.assign(plan, { left: 0 }),
    roundTripCount: () => roundTripCount,
    hasStruck: () => plan.hasStruck,
    async stop() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

interface Surroundings {
  strike(): StatementFault | undefined;
  terminate(pid: number): Promise<void>;
  onRoundTrip(): void;
  answersTakeMs: number;
}

function relay(client: Socket, upstream: Socket, around: Surroundings): void {
  const { strike, terminate, onRoundTrip, answersTakeMs } = around;
  let pid = 0;
  let unansweredCount = 1; // the start-up
  let fault: StatementFault | undefined;
  const readClient = messageReader(true);
  const readServer = messageReader(false);
  const end = async () => {
    await terminate(pid);
    client.destroy();
  };
  client.on('data', (chunk: Buffer) => {
    for (const { type, bytes } of readClient(chunk)) {
      if (fault === 'ended before') return;
      const isStatement = type === 'Q' || type === 'S';
      if (isStatement) fault ??= strike();
      if (fault === 'ended before') return void terminate(pid);
      if (isStatement && unansweredCount === 0) onRoundTrip();
      if (isStatement) unansweredCount += 1;
      upstream.write(bytes);
    }
  });
  const answer = (chunk: Buffer) => {
    for (const { type, bytes } of readServer(chunk)) {
      if (type === 'K') pid = bytes.readInt32BE(5);
      if (type === 'Z') unansweredCount -= 1;
      if (fault === undefined || fault === 'ended before') client.write(bytes);
      if (fault === 'ended after' && unansweredCount === 0) void end();
    }
  };
  upstream.on('data', (chunk: Buffer) => {
    if (answersTakeMs === 0) answer(chunk);
    else setTimeout(answer, answersTakeMs, chunk);
  });
  client.on('close', () => upstream.destroy());
  upstream.on('close', () => client.end());
}

/** Whole messages, in order. The first of a client has no type: that is the start-up. */
function messageReader(isClient: boolean): (chunk: Buffer) => Message[] {
  let rest: Buffer = Buffer.alloc(0);
  let isStart = isClient;
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    const messages: Message[] = [];
    for (;;) {
      const at = isStart ? 0 : 1;
      if (rest.length < at + 4 || rest.length < at + rest.readInt32BE(at)) return messages;
      const size = at + rest.readInt32BE(at);
      messages.push({ type: isStart ? '' : rest.toString('latin1', 0, 1), bytes: rest.subarray(0, size) });
      rest = rest.subarray(size);
      isStart = false;
    }
  };
}
