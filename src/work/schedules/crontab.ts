import { type ParsedCronItem, parseCrontab } from 'graphile-worker';
import { wholeNumberAt } from '../../db/exact-json.ts';
import { findShapeMistake } from '../../db/json-shape.ts';
import { findRoundedNumber } from '../../db/rounded-number.ts';
import { toError } from '../../errors/to-error.ts';
import type { FieldMistake } from '../../errors.ts';
import type { Catalogue } from '../../tasks/catalogue.ts';
import type { TaskDefinition } from '../../tasks/define-task.ts';
import { describeIssues } from '../../tasks/describe-issues.ts';
import { parsePayload } from '../../tasks/parse-payload.ts';
import { findUnstorableText } from '../../tasks/unstorable-text.ts';
import { findEntryMistakes } from './entry-options.ts';

/** A run missed by less than this is made up for, unless the entry says otherwise with `fill`. */
const DEFAULT_FILL_MS = 5 * 60_000;

/** One entry of a crontab file, with its defaults filled in. */
export interface Schedule {
  /** Unique in the file. */
  readonly identifier: string;
  readonly task: string;
  /** Where its jobs go. */
  readonly queue: string;
  /** Minute, hour, day, month, weekday; in UTC. */
  readonly cron: string;
  readonly options: ScheduleOptions;
  /** What each job gets; null for an empty object. */
  readonly payload: Record<string, unknown> | null;
}

export interface ScheduleOptions {
  /** Missed runs no older than this are made up for. */
  readonly fillMs: number;
  /** Runs of one job at most. */
  readonly maxAttempts: number;
  readonly priority?: number;
  readonly jobKey?: string;
  readonly jobKeyMode?: string;
}

/** What is wrong with a crontab, one mistake a line. */
export class CrontabError extends Error {
  override readonly name = 'CrontabError';
}

interface Line {
  readonly number: number;
  readonly text: string;
}

interface Known {
  readonly catalogue: Catalogue;
  readonly queues: readonly string[];
}

/** A line that was read, or what is wrong with it. */
type ReadLine = { line: Line; item: ParsedCronItem } | { line: Line; mistakes: string[] };

/**
 * The schedules of a crontab in graphile-worker's format, where `?queue=` names one of this service's queues.
 *
 * @throws {CrontabError} naming the line of everything that is wrong: what cannot be read, options out of range, names that
 *   are there twice, tasks and queues that do not exist, payloads that do not fit
 */
export function parseSchedules(text: string, known: Known): Schedule[] {
  const lines = entryLines(text).map((line) => readLine(line, known));
  const mistakes = lines.flatMap((read) =>
    ('mistakes' in read ? read.mistakes : []).map((mistake) => `line ${read.line.number}: ${mistake}`),
  );
  const read = lines.filter((each) => 'item' in each);
  const all = [...mistakes, ...findDoubles(read)];
  if (all.length > 0) throw new CrontabError(all.join('\n'));
  return read.map(({ line, item }) => {
    const task = known.catalogue.get(item.task) as TaskDefinition;
    return toSchedule(item, task, line.text);
  });
}

function entryLines(text: string): Line[] {
  return text
    .split(/\r?\n/)
    .map((line, index) => ({ number: index + 1, text: line.trim() }))
    .filter((line) => line.text !== '' && !line.text.startsWith('#'));
}

/** Options first: the engine takes what its tables do not, and says less about what it does not take. */
function readLine(line: Line, known: Known): ReadLine {
  const [cron = '', command = ''] = splitLine(line.text);
  const options = /^\S+\s+\?(\S*)/.exec(command)?.[1] ?? '';
  const mistakes = [...findTimeMistakes(cron), ...findEntryMistakes(options)];
  if (mistakes.length > 0) return { line, mistakes };
  try {
    const item = parseLine(line);
    const others = findMistakes(item, known);
    return others.length > 0 ? { line, mistakes: others } : { line, item };
  } catch (error) {
    return { line, mistakes: [toError(error).message] };
  }
}

/** The database reads numbers of at most four digits (src/db/sql/look/next_cron_run.sql), the engine of any length. */
function findTimeMistakes(cron: string): string[] {
  return /[0-9]{5}/.test(cron) ? [`time: expected numbers of at most 4 digits, received ${cron}`] : [];
}

/** By the engine's own parser, told where the line is. */
function parseLine({ number, text }: Line): ParsedCronItem {
  const [item] = parseCrontab(`${'\n'.repeat(number - 1)}${text}`);
  if (!item) throw new CrontabError('expected an entry, received nothing');
  return item;
}

function findDoubles(read: readonly { line: Line; item: ParsedCronItem }[]): string[] {
  const firstLines = new Map<string, number>();
  return read.flatMap(({ line, item: { identifier } }) => {
    const first = firstLines.get(identifier);
    if (first === undefined) firstLines.set(identifier, line.number);
    return first === undefined
      ? []
      : [`line ${line.number}: id: "${identifier}" is that of line ${first} already; name another with ?id=`];
  });
}

function findMistakes({ task, options, payload }: ParsedCronItem, { catalogue, queues }: Known): string[] {
  const definition = catalogue.get(task);
  if (!definition) return [`unknown task "${task}"; tasks here: ${[...catalogue.keys()].sort().join(', ')}`];
  const queue = options.queueName ?? definition.queue;
  const mistakes = queues.includes(queue)
    ? []
    : [
        `unknown queue "${queue}"; queues here: ${queues.toSorted().join(', ')}. Name it in QUEUES, or in the option queues, to create it`,
      ];
  return [...mistakes, ...findPayloadMistakes(definition, payload ?? {})];
}

function findPayloadMistakes(definition: TaskDefinition, payload: object): string[] {
  const parsed = parsePayload(definition.payload, payload, wholeNumberAt);
  const issues = parsed.success ? findLost(payload) : describeIssues(parsed.error, 'payload');
  return issues.map(({ field, message }) => `${field}: ${message}`);
}

/** What a job would not have as the line has it; its numbers are rounded by now, where they are. */
function findLost(payload: object): FieldMistake[] {
  const shape = findShapeMistake(payload, 'payload');
  if (shape) return [shape];
  if (Object.hasOwn(payload, '_cron'))
    return [{ field: 'payload._cron', message: 'expected no member of this name, which the tick has' }];
  const json = JSON.stringify(payload);
  const rounded = findRoundedNumber(json);
  const message =
    'expected a number that a double holds exactly, received a longer whole one; write it as text';
  if (rounded) return [{ field: `payload.${rounded.path}`, message }];
  return [findUnstorableText(json, 'payload') ?? []].flat();
}

function toSchedule(item: ParsedCronItem, task: TaskDefinition, line: string): Schedule {
  const { queueName, backfillPeriod, maxAttempts, priority, jobKey, jobKeyMode } = item.options;
  const [cron = '', command = ''] = splitLine(line);
  const hasFill = /\?(\S*&)?fill=/.test(command);
  return {
    identifier: item.identifier,
    task: item.task,
    queue: queueName ?? task.queue,
    cron,
    options: {
      fillMs: hasFill ? backfillPeriod : DEFAULT_FILL_MS,
      maxAttempts: maxAttempts ?? task.maxRetries + 1,
      ...(priority === undefined ? {} : { priority }),
      ...(jobKey === undefined ? {} : { jobKey }),
      ...(jobKeyMode === undefined ? {} : { jobKeyMode }),
    },
    payload: item.payload as Schedule['payload'],
  };
}

/** The five fields of the time, and the rest. */
function splitLine(line: string): string[] {
  const fields = line.split(/\s+/);
  return [fields.slice(0, 5).join(' '), fields.slice(5).join(' ')];
}
