import type { ConfigProblem } from '../mistakes/config-error.ts';
import { Mistake } from '../mistakes/mistake.ts';
import { findOptionProblems, type OptionKinds, wholeNumberCheck } from '../mistakes/option-mistakes.ts';

/** A queue that a worker process serves. */
export interface QueueSetting {
  readonly name: string;
  /** Jobs that one worker process runs at a time, 1 to 1000. */
  readonly concurrency: number;
  /** Jobs that all worker processes together run at a time, at least 1. @default no limit */
  readonly fleetConcurrency?: number;
}

const FORM = 'name:concurrency entries separated by commas, e.g. critical:10,default:5';
const NAME = /^[a-z][a-z0-9_]{0,39}$/;
const MAX_CONCURRENCY = 1_000;
const NAMES =
  'a queue name of 1 to 40 lower-case letters, digits and _, starting with a letter, e.g. critical';

/**
 * The queues of `critical:10,default:5`, or of `critical:10/20` where the whole fleet runs 20 at most.
 *
 * @throws {Mistake} with every mistake of every entry
 */
export function parseQueues(value: string): readonly QueueSetting[] {
  const entries = value.split(',').map((entry) => entry.trim());
  const parsed = entries.map(parseEntry);
  const mistakes = [
    ...parsed.flatMap(({ mistakes }) => mistakes),
    ...repeated(parsed.map(({ name }) => name)),
  ];
  if (mistakes.length > 0) throw new Mistake(mistakes);
  return Object.freeze(parsed.map(({ setting }) => Object.freeze(setting)));
}

const KINDS: OptionKinds<QueueSetting> = {
  name: (value) => (typeof value === 'string' && NAME.test(value) ? undefined : NAMES),
  concurrency: wholeNumberCheck(1, MAX_CONCURRENCY),
  fleetConcurrency: wholeNumberCheck(1),
};

/** What is wrong with queues that are neither a text nor a list of settings, by the place of each mistake in `field`. */
export function findQueueProblems(field: string, queues: unknown): ConfigProblem[] {
  if (queues === undefined || typeof queues === 'string') return [];
  if (!Array.isArray(queues)) {
    const received = queues === null ? 'null' : typeof queues;
    return [{ variable: field, message: `expected ${FORM}, or a list of queues, received ${received}` }];
  }
  return queues.flatMap((queue: unknown, index) =>
    findSettingProblems(queue).map(({ variable, message }) => ({
      variable: variable === 'options' ? `${field}[${index}]` : `${field}[${index}].${variable}`,
      message,
    })),
  );
}

function findSettingProblems(queue: unknown): ConfigProblem[] {
  const required = ['name', 'concurrency'] as const;
  const problems = findOptionProblems(queue as QueueSetting, KINDS);
  if (problems.some(({ variable }) => variable === 'options')) return problems;
  const absent = required.filter((name) => (queue as QueueSetting)[name] === undefined);
  return [
    ...problems,
    ...absent.map((variable) => ({ variable, message: `expected one, received nothing` })),
  ];
}

function parseEntry(entry: string) {
  const match = /^([^:]*):([^/]*)(?:\/(.*))?$/.exec(entry);
  const [, name = '', concurrencyText = '', fleetText] = match ?? [];
  const concurrency = wholeNumber(concurrencyText);
  const fleet = fleetText === undefined ? undefined : wholeNumber(fleetText);
  const setting: QueueSetting = {
    name,
    concurrency,
    ...(fleet === undefined ? {} : { fleetConcurrency: fleet }),
  };
  return {
    name,
    setting,
    mistakes: match ? entryMistakes(entry, setting) : [`expected ${FORM}; ${described(entry)}`],
  };
}

function described(entry: string): string {
  return entry === '' ? 'one entry is empty' : `${JSON.stringify(entry)} is not such an entry`;
}

function entryMistakes(entry: string, { name, concurrency, fleetConcurrency = 1 }: QueueSetting): string[] {
  const about = `in ${JSON.stringify(entry)}`;
  const mistakes: string[] = [];
  if (!NAME.test(name)) {
    mistakes.push(`${about} expected ${NAMES}`);
  }
  if (!(concurrency >= 1 && concurrency <= MAX_CONCURRENCY)) {
    mistakes.push(`${about} expected a concurrency from 1 to ${MAX_CONCURRENCY}, e.g. critical:10`);
  }
  if (!(fleetConcurrency >= 1)) {
    mistakes.push(`${about} expected a fleet concurrency of at least 1 after the slash, e.g. critical:10/20`);
  }
  return mistakes;
}

/** NaN for anything that is not one. */
function wholeNumber(text: string): number {
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(number) ? number : Number.NaN;
}

function repeated(names: readonly string[]): string[] {
  const twice = names.filter((name, index) => name !== '' && names.indexOf(name) !== index);
  return [...new Set(twice)].map(
    (name) => `expected every queue once; ${JSON.stringify(name)} is there more than once`,
  );
}
