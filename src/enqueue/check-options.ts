import type { FieldMistake } from '../errors.ts';
import type { EnqueueOptions } from './enqueue-options.ts';

/** A hundred years: what is further off is a unit mistaken for another. */
const MAX_DURATION_MS = 100 * 365 * 86_400_000;
const KEY_MODES = ['replace', 'preserve_run_at', 'ignore'];

/** The engine's 512, but for the longest name of a task and what marks it. */
const MAX_KEY_LENGTH = 376;
const JOB_ID = /^[1-9][0-9]{0,17}$/;

/** Whether the option's value is wrong, the option, what is expected there. */
type Rule = readonly [isBroken: boolean, field: keyof EnqueueOptions, expected: string];

/** Every option out of range, with what was expected and what received. */
export function findOptionMistakes(options: EnqueueOptions): FieldMistake[] {
  return [...timeRules(options), ...countRules(options), ...keyRules(options), ...debounceRules(options)]
    .filter(([isBroken]) => isBroken)
    .map(([, field, expected]) => ({
      field,
      message: `expected ${expected}, received ${describe(options[field])}`,
    }));
}

function timeRules(options: EnqueueOptions): Rule[] {
  const { delayMs, runAt, deadline, timeoutMs, retentionMs, uniqueForMs } = options;
  return [
    [isOutside(delayMs, 0, MAX_DURATION_MS), 'delayMs', '0 to 100 years in ms'],
    [isInvalidDate(runAt), 'runAt', 'a valid Date'],
    [delayMs !== undefined && runAt !== undefined, 'runAt', 'nothing beside delayMs'],
    [isOutside(timeoutMs, 0, 2_147_483_647), 'timeoutMs', '0 (none) to 2147483647 ms'],
    [isInvalidDate(deadline), 'deadline', 'a valid Date'],
    [isOutside(retentionMs, 0, MAX_DURATION_MS), 'retentionMs', '0 (not kept) to 100 years in ms'],
    [isOutside(uniqueForMs, 1, MAX_DURATION_MS), 'uniqueForMs', '1 ms to 100 years in ms'],
  ];
}

function countRules({ maxRetries, priority, headers }: EnqueueOptions): Rule[] {
  return [
    [isNotWhole(maxRetries, 0, 32_766), 'maxRetries', 'a whole number 0 to 32766'],
    [isNotWhole(priority, -32_768, 32_767), 'priority', 'a whole number -32768 to 32767'],
    [headers !== undefined && !isStringMap(headers), 'headers', 'an object of strings'],
  ];
}

function keyRules(options: EnqueueOptions): Rule[] {
  const { key, keyMode, uniqueKey, uniqueForMs, sequence, succeeds } = options;
  const hasKey = key !== undefined;
  const isUnique = uniqueKey !== undefined || uniqueForMs !== undefined;
  return [
    [isNotText(key, MAX_KEY_LENGTH), 'key', `1 to ${MAX_KEY_LENGTH} characters`],
    [keyMode !== undefined && !KEY_MODES.includes(keyMode), 'keyMode', KEY_MODES.join(' or ')],
    [keyMode !== undefined && !hasKey, 'keyMode', 'a key beside it'],
    [hasKey && uniqueKey !== undefined, 'uniqueKey', 'nothing beside key'],
    [hasKey && uniqueForMs !== undefined, 'uniqueForMs', 'nothing beside key'],
    [isNotText(uniqueKey, 1_024), 'uniqueKey', '1 to 1024 characters'],
    [isNotText(sequence, 200), 'sequence', '1 to 200 characters'],
    [succeeds !== undefined && !JOB_ID.test(succeeds), 'succeeds', 'the id of a job'],
    [succeeds !== undefined && !isUnique, 'succeeds', 'uniqueKey or uniqueForMs beside it'],
  ];
}

function debounceRules({ key, keyMode, debounceMs, maxWaitMs, delayMs, runAt }: EnqueueOptions): Rule[] {
  const isDebounced = debounceMs !== undefined;
  return [
    [isOutside(debounceMs, 1, MAX_DURATION_MS), 'debounceMs', '1 ms to 100 years in ms'],
    [isDebounced && key === undefined, 'debounceMs', 'a key beside it'],
    [isDebounced && delayMs !== undefined, 'delayMs', 'nothing beside debounceMs'],
    [isDebounced && runAt !== undefined, 'runAt', 'nothing beside debounceMs'],
    [isDebounced && (keyMode ?? 'replace') !== 'replace', 'keyMode', 'replace beside debounceMs'],
    [maxWaitMs !== undefined && !isDebounced, 'maxWaitMs', 'debounceMs beside it'],
    [
      isOutside(maxWaitMs, debounceMs ?? 0, MAX_DURATION_MS),
      'maxWaitMs',
      'at least debounceMs, up to 100 years in ms',
    ],
  ];
}

function isOutside(value: number | undefined, min: number, max: number): boolean {
  return value !== undefined && !(value >= min && value <= max);
}

function isNotWhole(value: number | undefined, min: number, max: number): boolean {
  return value !== undefined && (!Number.isInteger(value) || isOutside(value, min, max));
}

function isNotText(value: string | undefined, maxLength: number): boolean {
  if (value === undefined) return false;
  return typeof value !== 'string' || value === '' || !isStorable(value) || [...value].length > maxLength;
}

/** Postgres holds neither NUL nor half of a surrogate pair. */
function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0');
}

function isInvalidDate(value: Date | undefined): boolean {
  return value !== undefined && !(value instanceof Date && !Number.isNaN(value.getTime()));
}

function isStringMap(value: object): boolean {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isObject) return false;
  return Object.entries(value)
    .flat()
    .every((text) => typeof text === 'string' && isStorable(text));
}

/** Numbers, instants and modes as they are; of texts and headers, which may be long or private, only what they are. */
function describe(value: unknown): string {
  if (typeof value === 'string')
    return value.length <= 40 ? JSON.stringify(value) : `${value.length} characters`;
  if (value !== null && typeof value === 'object' && !(value instanceof Date)) return 'another object';
  const isInstant = value instanceof Date && !Number.isNaN(value.getTime());
  return isInstant ? value.toISOString() : String(value);
}
