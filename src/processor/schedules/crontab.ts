import { type ParsedCronItem, parseCrontab } from 'graphile-worker';
import { engineKey } from '../../db/engine-key.ts';
import type { Catalogue } from '../../jobs/catalogue.ts';
import type { TaskDefinition } from '../../jobs/define-task.ts';
import { describeIssues } from '../../jobs/describe-issues.ts';

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

/**
 * The schedules of a crontab in graphile-worker's format, where `?queue=` names one of this service's queues.
 *
 * @throws {CrontabError} naming the line for what cannot be read, and every entry whose task or queue does not exist or
 *   whose payload does not fit
 */
export function parseSchedules(
  text: string,
  { catalogue, queues }: { catalogue: Catalogue; queues: readonly string[] },
): Schedule[] {
  const lines = entryLines(text);
  const items = parse(text);
  const mistakes = items.flatMap((item, index) =>
    findMistakes(item, { catalogue, queues }).map((mistake) => `line ${lines[index]?.number}: ${mistake}`),
  );
  if (mistakes.length > 0) throw new CrontabError(mistakes.join('\n'));
  return items.map((item, index) => {
    const task = catalogue.get(item.task) as TaskDefinition;
    return toSchedule(item, task, lines[index]?.text ?? '');
  });
}

/** The part of a crontab that the engine runs for one queue: the same entries without the queue's name. */
export function renderCrontab(schedules: readonly Schedule[], queue: string): string {
  return schedules
    .filter((schedule) => schedule.queue === queue)
    .map(renderLine)
    .join('\n');
}

/** The engine's own parser, whose entries come in the order of their lines. */
function parse(text: string): ParsedCronItem[] {
  try {
    return parseCrontab(text);
  } catch (error) {
    throw new CrontabError(error instanceof Error ? error.message : String(error));
  }
}

function entryLines(text: string): { number: number; text: string }[] {
  return text
    .split(/\r?\n/)
    .map((line, index) => ({ number: index + 1, text: line.trim() }))
    .filter((line) => line.text !== '' && !line.text.startsWith('#'));
}

function findMistakes(
  { task, options, payload }: ParsedCronItem,
  { catalogue, queues }: { catalogue: Catalogue; queues: readonly string[] },
): string[] {
  const definition = catalogue.get(task);
  if (!definition) return [`unknown task "${task}"; tasks here: ${[...catalogue.keys()].sort().join(', ')}`];
  const queue = options.queueName ?? definition.queue;
  const mistakes = queues.includes(queue)
    ? []
    : [
        `unknown queue "${queue}"; queues here: ${queues.toSorted().join(', ')}. Name it in QUEUES to create it`,
      ];
  const parsed = definition.payload.safeParse(payload ?? {});
  const issues = parsed.success ? [] : describeIssues(parsed.error, 'payload');
  return [...mistakes, ...issues.map(({ field, message }) => `${field}: ${message}`)];
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

function renderLine({ identifier, task, cron, options, payload }: Schedule): string {
  const { fillMs, maxAttempts, priority, jobKey, jobKeyMode } = options;
  const query = new URLSearchParams({
    id: identifier,
    fill: `${Math.round(fillMs / 1000)}s`,
    max: String(maxAttempts),
  });
  if (priority !== undefined) query.set('priority', String(priority));
  if (jobKey !== undefined) query.set('jobKey', engineKey(task, jobKey));
  if (jobKeyMode !== undefined) query.set('jobKeyMode', jobKeyMode);
  return [cron, task, `?${query}`, ...(payload ? [onOneLine(payload)] : [])].join(' ');
}

/** JSON may have line separators of Unicode in its strings as they are; a line of a crontab may not. */
function onOneLine(payload: Record<string, unknown>): string {
  return JSON.stringify(payload).replace(
    /[\u2028\u2029]/g,
    (separator) => `\\u${separator.charCodeAt(0).toString(16)}`,
  );
}
