import { z } from 'zod';
import { createLogger, type Logger } from '../../src/observability/logger.ts';
import type { Source } from '../../src/relay/sources/source.ts';
import { type InboundBrokers, Sources } from '../../src/relay/sources/sources.ts';
import { defineTask } from '../../src/tasks/define-task.ts';
import { openTestQueue, type TestQueue } from './test-queue.ts';

/** What the messages of a test are jobs of. */
export const orderTask = defineTask({
  name: 'handle_order',
  payload: z.object({ order: z.number() }),
});

export interface SourceStage {
  readonly queue: TestQueue;
  /** Sources that are being read. */
  read(brokers: InboundBrokers, options?: ReadOptions): Promise<Sources>;
  /** One value of a statement. */
  scalar<T>(text: string, values?: unknown[]): Promise<T>;
  /** The numbers of the orders that are jobs, in any state, in the order of their ids. */
  orders(): Promise<number[]>;
  close(): Promise<void>;
}

interface ReadOptions {
  /** @default the queue `orders` of RabbitMQ */
  source?: Partial<Source>;
  log?: Logger;
  connectionString?: string;
  batchLimitMs?: number;
}

/** A database with the task `handle_order`, whose jobs nobody runs. */
export async function openSourceStage(): Promise<SourceStage> {
  const queue = await openTestQueue([[orderTask, async () => {}]]);
  const started: Sources[] = [];
  const scalar = async <T>(text: string, values: unknown[] = []) => {
    const { rows } = await queue.pool.query(text, values);
    return Object.values(rows[0] ?? {})[0] as T;
  };
  return {
    queue,
    scalar,
    async read(brokers, options = {}) {
      const sources = new Sources({
        connectionString: options.connectionString ?? queue.database.connectionString,
        application: 'shop',
        sources: [sourceOf(options.source)],
        brokers,
        log: options.log ?? createLogger({ level: 'silent' }),
        ...(options.batchLimitMs === undefined ? {} : { batchLimitMs: options.batchLimitMs }),
      });
      started.push(sources);
      await sources.start();
      return sources;
    },
    async orders() {
      const { rows } = await queue.pool.query(
        `select (payload ->> 'order')::integer as number from howdah.jobs where state <> 'discarded' order by id`,
      );
      return rows.map(({ number }) => number);
    },
    async close() {
      await Promise.all(started.map((sources) => sources.stop()));
      await queue.close();
    },
  };
}

export function sourceOf(given: Partial<Source> = {}): Source {
  const { broker = 'rabbitmq', place = 'orders' } = given;
  return {
    name: `${broker}:${place}`,
    broker,
    place,
    task: orderTask.name,
    sequence: undefined,
    prefetch: 200,
    start: 'first',
    ...given,
  };
}
