import { textOf } from '../../errors/read-text.ts';
import { decodeName } from '../../tasks/decode-name.ts';
import type { GivenSource } from '../../tasks/given-source.ts';
import { isTopic } from '../../tasks/read-target.ts';
import { isStorable } from '../../tasks/unstorable-text.ts';
import { shown, withoutPassword } from '../../tasks/without-password.ts';
import type { Source } from './source.ts';

export interface SourcesGiven {
  /** Names of every task of the application. */
  tasks: { has(task: string): boolean; keys(): Iterable<string> };
  /** SOURCES as it stands in the environment. */
  setting: string | undefined;
  /** Of `defineApp`. */
  ofApplication: readonly (string | GivenSource)[] | undefined;
}

/** What is wrong with a source, by where it stands. */
export interface SourceMistake {
  readonly field: string;
  readonly message: string;
}

const FORM = 'broker:place>task, such as kafka:users.v1>user_registered or rabbitmq:orders>handle_order';
const MAX_PLACE_BYTES = 249;
/** What a broker can have a place called. Another one would be asked for without end. */
const PLACES = {
  kafka: { is: isTopic, words: `the name of a topic, of 1 to ${MAX_PLACE_BYTES} of A-Z a-z 0-9 . _ -` },
  rabbitmq: {
    is: (place: string) => place !== '' && Buffer.byteLength(place) <= MAX_PLACE_BYTES && isStorable(place),
    words: `the name of a queue, of 1 to ${MAX_PLACE_BYTES} bytes in UTF-8`,
  },
};
const MAX_PREFETCH = 10_000;
const DEFAULT_PREFETCH = '500';
/** A broker that it means nothing to: who gives it there expects what will not be. */
const NOT_OF = { prefetch: 'kafka', start: 'rabbitmq' } as const;
const STARTS: readonly unknown[] = ['first', 'next'] satisfies Source['start'][];

/**
 * Where messages come from that become jobs. A source in SOURCES takes the place of one of the same name in the application. All
 * mistakes are found at once.
 */
export function planSources({ tasks, setting = '', ofApplication = [] }: SourcesGiven): {
  sources: readonly Source[];
  mistakes: readonly SourceMistake[];
} {
  const entries = setting.trim() === '' ? [] : setting.split(',').map((each) => each.trim());
  const lists = [
    entries.map((entry) => readEntry('SOURCES', entry, tasks)),
    ofApplication.map((given, index) => readGiven(`sources[${index}]`, given, tasks)),
  ];
  const mistakes = lists.flatMap((list) => [...list.flatMap((each) => each.mistakes), ...repeated(list)]);
  const [said = [], ofApp = []] = lists.map((list) => list.flatMap(({ source }) => source ?? []));
  const others = ofApp.filter(({ name }) => !said.some((each) => each.name === name));
  return { sources: [...said, ...others], mistakes };
}

interface Read {
  readonly field: string;
  readonly source?: Source;
  readonly mistakes: readonly SourceMistake[];
}

type Parts = Record<'from' | 'task', string> & Partial<Record<'sequence' | 'prefetch' | 'start', string>>;

/** `broker:place>task?option=value&…`; what is a sign of this form within a name is written as in an address: %2C, %3E, %3F. */
function readEntry(field: string, entry: string, tasks: SourcesGiven['tasks']): Read {
  const [, from, task, query = ''] = /^([^>]+)>([^?>]+)(?:\?(.*))?$/.exec(entry) ?? [];
  if (from === undefined || task === undefined)
    return { field, mistakes: [{ field, message: `expected ${FORM}; received ${shown(entry)}` }] };
  const options = Object.fromEntries(new URLSearchParams(query));
  return read(field, { ...options, from: decodeName(from.trim()), task: task.trim() }, tasks);
}

function readGiven(field: string, given: string | GivenSource, tasks: SourcesGiven['tasks']): Read {
  if (typeof given === 'string') return readEntry(field, given, tasks);
  if (typeof given?.from !== 'string' || typeof given.task !== 'string')
    return { field, mistakes: [{ field, message: `expected ${FORM}, or an object with from and task` }] };
  const options = Object.entries(given).filter(([, value]) => value !== undefined);
  return read(
    field,
    Object.fromEntries(options.map(([name, value]) => [name, textOf(value)])) as Parts,
    tasks,
  );
}

function read(field: string, parts: Parts, tasks: SourcesGiven['tasks']): Read {
  const { from, task, sequence, prefetch = DEFAULT_PREFETCH, start = 'first', ...unknown } = parts;
  const [, broker, place = ''] = /^([^:]*):(.*)$/s.exec(from) ?? [];
  const expected = (what: string, received: unknown): SourceMistake => ({
    field,
    message: `${withoutPassword(from)}: expected ${what}; received ${shown(received)}`,
  });
  const isOfOther = (name: 'prefetch' | 'start') => parts[name] !== undefined && broker === NOT_OF[name];
  const mistakes = [
    ...(isBroker(broker) && !place.startsWith('//') // an address is none, and may have a password in it
      ? []
      : [expected('rabbitmq: or kafka: before the place', broker ?? from)]),
    ...(!isBroker(broker) || PLACES[broker].is(place) ? [] : [expected(PLACES[broker].words, place)]),
    ...(tasks.has(task) ? [] : [expected(`a task of the application (${listed(tasks)})`, task)]),
    ...(sequence === undefined || sequence === 'key' ? [] : [expected('key as its sequence', sequence)]),
    ...(isWithin(prefetch) ? [] : [expected(`a prefetch from 1 to ${MAX_PREFETCH}`, prefetch)]),
    ...(STARTS.includes(start) ? [] : [expected('first or next as its start', start)]),
    ...(isOfOther('prefetch') ? [expected('no prefetch, which is for queues', prefetch)] : []),
    ...(isOfOther('start')
      ? [expected('no start, which is for topics: a queue hands over all that it has', start)]
      : []),
    ...Object.keys(unknown).map((name) => expected('sequence, prefetch or start as its options', name)),
  ];
  if (mistakes.length > 0 || !isBroker(broker)) return { field, mistakes };
  const own = { name: `${broker}:${place}`, broker, place, task, prefetch: Number(prefetch) };
  const source = { ...own, sequence: sequence as 'key' | undefined, start: start as Source['start'] };
  return { field, source, mistakes };
}

function isBroker(name: string | undefined): name is Source['broker'] {
  return name === 'rabbitmq' || name === 'kafka';
}

function isWithin(prefetch: string): boolean {
  return /^\d{1,5}$/.test(prefetch) && Number(prefetch) >= 1 && Number(prefetch) <= MAX_PREFETCH;
}

function listed(tasks: SourcesGiven['tasks']): string {
  return [...tasks.keys()].join(', ') || 'none';
}

/** Its messages are one task's. */
function repeated(list: readonly Read[]): SourceMistake[] {
  const names = list.flatMap(({ source }) => source?.name ?? []);
  const twice = new Set(names.filter((name, index) => names.indexOf(name) !== index));
  return [...twice].map((name) => ({
    field: list[0]?.field.replace(/\[\d+\]$/, '') ?? '',
    message: `expected every source once; ${shown(name)} is there more than once`,
  }));
}
