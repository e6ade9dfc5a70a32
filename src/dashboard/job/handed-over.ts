import type { Job } from '../../look/job.ts';
import type { View } from '../shell/view.ts';

/**
 * Where a broker put the message of a job, in words; undefined for a job that went to none, and for who may not see results. Known
 * by its result, which is what the broker confirmed: a handler that returns the same has handed something over as well.
 */
export function handedOver({ texts, mayAct }: View, { state, result }: Job): string | undefined {
  if (state !== 'completed' || !mayAct || typeof result !== 'object' || result === null) return undefined;
  const { toExchange, toQueue, toTopic } = texts.job.handedOver;
  const {
    exchange,
    routing_key: key,
    topic,
    partition,
    offset,
  } = result as Readonly<Record<string, unknown>>;
  const count = Object.keys(result).length;
  if (count === 2 && typeof exchange === 'string' && typeof key === 'string') {
    return exchange === '' ? toQueue(key) : toExchange(exchange, key);
  }
  if (count !== 3 || typeof topic !== 'string' || !isWhole(partition) || !isWhole(offset)) return undefined;
  return toTopic(topic, String(partition), String(offset));
}

/** Of 64 bits: a number, a bigint, or its digits. */
function isWhole(value: unknown): boolean {
  return /^\d+$/.test(typeof value === 'object' ? '' : String(value));
}
