import type { Config } from '../../config.ts';
import { type InboundBrokers, Sources } from '../../relay/sources/sources.ts';
import type { TaskProcessor } from '../../work/processor.ts';
import { explainStart } from '../explain-start.ts';
import type { Parts } from '../parts.ts';
import { CONNECT_INBOUND } from './connect-inbound.ts';

export type SourceParts = Pick<Parts, 'app' | 'config' | 'directUrl' | 'log' | 'routes'>;

/**
 * The processor, and beside it whoever makes jobs of messages; it stops reading them when that takes no more jobs.
 *
 * @throws {StartupError} when a source is another application's; the processor is stopped then
 */
export async function readSources(processor: TaskProcessor, parts: SourceParts): Promise<TaskProcessor> {
  if (parts.routes.sources.length === 0) return processor;
  const reading = await startReading(parts).catch(async (error: unknown) => {
    await processor.stop(parts.config.shutdownTimeoutMs);
    throw explainStart(error, 'begin to read sources');
  });
  return {
    idleQueues: () => processor.idleQueues(),
    restingQueues: () => processor.restingQueues(),
    troubledQueues: () => processor.troubledQueues(),
    lateQueues: () => processor.lateQueues(),
    gates: () => processor.gates(),
    add: (queues) => processor.add(queues),
    async quiet() {
      await Promise.all([reading.stop(), processor.quiet()]);
    },
    async stop(timeoutMs) {
      await Promise.all([reading.stop(), processor.stop(timeoutMs)]);
    },
  };
}

async function startReading(parts: SourceParts): Promise<Sources> {
  const { app, directUrl, log, routes } = parts;
  const brokers = await connect(parts);
  const application = app.app.name;
  const reading = new Sources({
    connectionString: directUrl,
    application,
    sources: routes.sources,
    brokers,
    log,
  });
  await reading.start().catch(async (error: unknown) => {
    await reading.stop();
    throw error;
  });
  return reading;
}

async function connect({ app, config, routes }: SourceParts): Promise<InboundBrokers> {
  const clientName = `howdah ${app.app.name}`;
  const needed = [...new Set(routes.sources.map(({ broker }) => broker))];
  const opened = needed.map(async (broker) => {
    const inbound = await CONNECT_INBOUND[broker]({ url: urlOf(config, broker), clientName });
    return [broker, inbound] as const;
  });
  return Object.fromEntries(await Promise.all(opened));
}

function urlOf({ rabbitmqUrl = '', kafkaUrl = '' }: Config, broker: 'rabbitmq' | 'kafka'): string {
  return broker === 'rabbitmq' ? rabbitmqUrl : kafkaUrl;
}
