import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { InboundBatch } from '../../src/relay/inbound.ts';
import type { FakeQueues } from './fake-queues.ts';

const SCRIPT = fileURLToPath(new URL('./source-worker.ts', import.meta.url));

/** A process that reads the queue `orders` of the broker; what it had in hand when it dies is handed out again. */
export interface SourceProcess {
  /** Resolves when it stands at its point. */
  readonly atPoint: Promise<unknown>;
  kill(): Promise<void>;
}

type Said = { take?: number; acknowledge?: number; giveBack?: number; at?: string };

/** @param point where it stops for good: `received`, `committed` or `acknowledged`. @default nowhere */
export function startSourceProcess(
  connectionString: string,
  queues: FakeQueues,
  point = 'nowhere',
): SourceProcess {
  const child = fork(SCRIPT, [connectionString, point], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const inHand = new Map<number, InboundBatch>();
  let number = 0;
  let reached = () => {};
  const atPoint = new Promise<void>((resolve) => {
    reached = resolve;
  });
  child.on('message', (said: Said) => {
    if (said.at !== undefined) reached();
    void inHand.get(said.acknowledge ?? -1)?.acknowledge();
    void inHand.get(said.giveBack ?? -1)?.giveBack();
    if (said.take === undefined || !child.connected) return;
    const batch = queues.take('orders', said.take);
    number += 1;
    if (batch) inHand.set(number, batch);
    const messages = batch?.messages.map((each) => ({
      ...each,
      position: undefined,
      body: each.body.toString(),
    }));
    child.send(batch ? { batch: number, messages } : {}, () => {});
  });
  const gone = once(child, 'exit').then(async () => {
    for (const batch of inHand.values()) await batch.giveBack(); // nothing for those that were acknowledged
  });
  return {
    atPoint,
    async kill() {
      child.kill('SIGKILL');
      await gone;
    },
  };
}
