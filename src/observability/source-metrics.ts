import { Counter, Gauge, type Registry } from 'prom-client';
import type { MessageSource } from '../look/sources.ts';

/** Name after `howdah_source_`, help, and the number; null for none. */
const GAUGES: readonly [string, string, (source: MessageSource) => number | null][] = [
  [
    'lag',
    'Messages that wait at the broker, as it said last; absent where it did not',
    ({ lagCount }) => lagCount,
  ],
  ['readers', 'Worker processes that read the source', ({ readerCount }) => readerCount],
  ['paused', '1 while the source is paused', ({ state }) => Number(state === 'paused')],
  [
    'hindered',
    '1 while no message of the source can become a job, though it is not paused: nobody reads it, a worker cannot, or it is refused',
    ({ state }) => Number(['idle', 'troubled', 'refused'].includes(state)),
  ],
];

const OUTCOMES: readonly [string, (source: MessageSource) => number][] = [
  ['taken', ({ takenCount }) => takenCount],
  ['duplicate', ({ duplicateCount }) => duplicateCount],
  ['discarded', ({ discardedCount }) => discardedCount],
  ['lost', ({ lostCount }) => lostCount],
];

/** What is told of sources of messages, the same from every process; returns what gives the metrics their values. */
export function createSourceMetrics(registry: Registry): (sources: readonly MessageSource[]) => void {
  const options = { labelNames: ['source'], registers: [registry] };
  const gauges = GAUGES.map(([name, help, read]) => ({
    gauge: new Gauge({ ...options, name: `howdah_source_${name}`, help }),
    read,
  }));
  const messages = new Counter({
    name: 'howdah_source_messages_total',
    help: 'Messages by outcome: taken became jobs, duplicate came again and were known, discarded fit no job, lost were gone before they were read',
    labelNames: ['source', 'outcome'],
    registers: [registry],
  });
  const withoutId = new Counter({
    ...options,
    name: 'howdah_source_without_id_total',
    help: 'Messages that had no id',
  });
  return (sources) => {
    for (const metric of [...gauges.map(({ gauge }) => gauge), messages, withoutId]) metric.reset();
    for (const found of sources) {
      const { name: source } = found;
      for (const { gauge, read } of gauges) {
        const value = read(found);
        if (value !== null) gauge.set({ source }, value);
      }
      for (const [outcome, read] of OUTCOMES) messages.inc({ source, outcome }, read(found));
      withoutId.inc({ source }, found.withoutIdCount);
    }
  };
}
