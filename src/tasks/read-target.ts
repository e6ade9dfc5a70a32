import { decodeName } from './decode-name.ts';
import type { KafkaRoute, RabbitmqRoute, RouteTarget } from './route-target.ts';
import { shown } from './without-password.ts';

type RabbitmqTarget = Required<RabbitmqRoute['rabbitmq']>;
type KafkaTarget = Required<KafkaRoute['kafka']>;

/** Where the jobs of one task go, in full. `postgres` is the task's own handler. */
export type Destination =
  | { readonly to: 'postgres' }
  | { readonly to: 'rabbitmq'; readonly target: RabbitmqTarget; readonly cloudEvents: boolean }
  | { readonly to: 'kafka'; readonly target: KafkaTarget; readonly cloudEvents: boolean }
  | { readonly to: 'webhook'; readonly target: { readonly url: string }; readonly cloudEvents: boolean };

/** What is wrong with a target, in words: what was expected and what came. */
export class TargetMistake extends Error {
  override readonly name = 'TargetMistake';
  /** Whether nothing came, or an empty text, as from a variable of the environment that is not set. */
  readonly isOfAbsent: boolean;

  constructor(message: string, received: unknown) {
    super(message);
    this.isOfAbsent = received === undefined || received === '';
  }
}

const FORMS =
  'expected rabbitmq:exchange/routing.key, rabbitmq:queue, kafka:topic, an address of http or https, or postgres';
/** Else what was meant as an option would be a part of a name, and all that goes there be lost or without what was asked for. */
const BEHIND = 'expected nothing but ?cloudevents behind a place; a ? within a name is written %3F';
const OBJECTS =
  'expected { rabbitmq: { exchange, routingKey } }, { kafka: { topic } } or { webhook: address }';

/** Source: Kafka's `Topic.validate`. */
const TOPIC = /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,249}$/;
/** AMQP 0-9-1 has 8 bits for the length of either. */
const MAX_AMQP_BYTES = 255;
const CLOUD_EVENTS = /\?cloudevents$/;

/**
 * Where jobs of the task go. What a target leaves out is named after the task: `rabbitmq` is its queue, `rabbitmq:mail/` its routing
 * key, `kafka` its topic. `?cloudevents` at the end of a text asks for that.
 *
 * @throws {TargetMistake} without the password of an address
 */
export function readTarget(task: string, given: unknown): Destination {
  const target = typeof given === 'string' ? parse(given.trim()) : given;
  if (target === 'postgres') return { to: 'postgres' };
  const { rabbitmq, kafka, webhook, cloudEvents = false } = asRoute(target, given);
  if (typeof cloudEvents !== 'boolean') throw expected('cloudEvents: expected true or false', cloudEvents);
  if (rabbitmq !== undefined) return { to: 'rabbitmq', target: toRabbitmq(task, rabbitmq), cloudEvents };
  if (kafka !== undefined) return { to: 'kafka', target: toKafka(task, kafka), cloudEvents };
  return { to: 'webhook', target: { url: toAddress(webhook) }, cloudEvents };
}

/** Stands for any task, as its name may be a part of where its jobs go. */
const ANY_TASK = 'task';

/** What is wrong with a target whatever its task; nothing of what is absent, which is told where it is needed. */
export function findTargetMistake(given: unknown): string | undefined {
  try {
    readTarget(ANY_TASK, given);
    return undefined;
  } catch (error) {
    if (error instanceof TargetMistake) return error.isOfAbsent ? undefined : error.message;
    throw error;
  }
}

type Given = Partial<Record<'rabbitmq' | 'kafka' | 'webhook' | 'cloudEvents', unknown>>;

/** Whether Kafka can have a topic of that name. */
export function isTopic(name: string): boolean {
  return TOPIC.test(name);
}

/** `rabbitmq://…` is no place: who writes it means the address of a broker, and may have a password in it. */
function parse(text: string): RouteTarget | 'postgres' {
  const cloudEvents = CLOUD_EVENTS.test(text);
  const place = text.replace(CLOUD_EVENTS, '');
  if (place === 'postgres' && !cloudEvents) return 'postgres';
  if (/^https?:\/\//i.test(place)) return { webhook: place, cloudEvents };
  const [, broker, path = ''] = /^(rabbitmq|kafka)(?::(?!\/\/)(.+))?$/.exec(place) ?? [];
  if (broker === 'kafka') return { kafka: path === '' ? {} : { topic: path }, cloudEvents };
  if (path.includes('?')) throw expected(BEHIND, text);
  if (broker === 'rabbitmq') return { rabbitmq: parseRabbitmq(path), cloudEvents };
  throw expected(FORMS, text);
}

/**
 * The exchange is what stands before the first slash; without one it is the name of a queue. What is a sign of this form within a
 * name is written as in an address: %2C, %2F, %3F.
 */
function parseRabbitmq(path: string): { exchange?: string; routingKey?: string } {
  const slash = path.indexOf('/');
  const exchange = decodeName(path.slice(0, Math.max(0, slash)));
  const routingKey = decodeName(path.slice(slash + 1));
  return { exchange, ...(routingKey !== '' && { routingKey }) };
}

function asRoute(target: unknown, given: unknown): Given {
  if (typeof target !== 'object' || target === null) throw expected(OBJECTS, given);
  const names = Object.keys(target).filter((name) => name !== 'cloudEvents');
  if (names.length !== 1 || !['rabbitmq', 'kafka', 'webhook'].includes(names[0] ?? ''))
    throw expected(OBJECTS, given);
  return target;
}

function toRabbitmq(task: string, given: unknown): RabbitmqTarget {
  const { exchange = '', routingKey = task } = asObject('rabbitmq', given, ['exchange', 'routingKey']);
  for (const [name, value] of Object.entries({ exchange, routingKey })) {
    if (typeof value !== 'string' || Buffer.byteLength(value) > MAX_AMQP_BYTES)
      throw expected(`${name}: expected a text of at most ${MAX_AMQP_BYTES} bytes`, value);
  }
  return { exchange, routingKey } as RabbitmqTarget;
}

function toKafka(task: string, given: unknown): KafkaTarget {
  const { topic = task } = asObject('kafka', given, ['topic']);
  if (typeof topic === 'string' && isTopic(topic)) return { topic };
  throw expected('topic: expected 1 to 249 of A-Z a-z 0-9 . _ -', topic);
}

function toAddress(given: unknown): string {
  if (typeof given === 'string' && /^https?:\/\//i.test(given) && URL.canParse(given)) return given;
  throw expected('webhook: expected an address of http or https', given);
}

function asObject(broker: string, given: unknown, known: readonly string[]): Record<string, unknown> {
  const isObject = typeof given === 'object' && given !== null;
  if (isObject && Object.keys(given).every((name) => known.includes(name)))
    return given as Record<string, unknown>;
  throw expected(`${broker}: expected { ${known.join(', ')} }`, given);
}

function expected(what: string, given: unknown): TargetMistake {
  return new TargetMistake(`${what}; received ${shown(given)}`, given);
}
