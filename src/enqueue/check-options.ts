import { describeInstant, isInstant } from '../db/calendar.ts';
import type { FieldMistake } from '../errors.ts';
import { MAX_DURATION_MS } from '../tasks/check-delay.ts';
import { isStorable } from '../tasks/unstorable-text.ts';
import { findHeaderMistakes } from './check-headers.ts';
import type { EnqueueOptions } from './enqueue-options.ts';
import {
  OPTION_ROWS,
  OPTION_TABLE,
  type OptionKind,
  type OptionName,
  type OptionRow,
} from './option-table.ts';

const JOB_ID = /^[1-9][0-9]{0,17}$/;

/** Every option out of range, with what was expected and what received. */
export function findOptionMistakes(options: EnqueueOptions): FieldMistake[] {
  if (typeof options !== 'object' || options === null || Symbol.iterator in options) {
    return [{ field: 'options', message: `expected an object, received ${describe(options)}` }];
  }
  const mistakes = findUnknown(options);
  for (const [field, row] of OPTION_ROWS) {
    const value = options[field];
    if (value === undefined) continue;
    if (row.kind === 'headers') mistakes.push(...findHeaderMistakes(field, value));
    for (const expected of [...valueMistakes(row, value, options), ...neighbourMistakes(row, value, options)])
      mistakes.push({ field, message: `expected ${expected}, received ${describe(value)}` });
  }
  return mistakes;
}

/** One that is misspelt would be no option at all, and its job run at another time than was meant, say. */
function findUnknown(options: EnqueueOptions): FieldMistake[] {
  const unknown = Object.entries(options).filter(
    ([field, value]) => value !== undefined && !Object.hasOwn(OPTION_TABLE, field),
  );
  return unknown.map(([field]) => {
    const [meant] = OPTION_ROWS.find(([, { name }]) => name === field) ?? [];
    return { field, message: `there is no such option${meant ? `, but ${meant}` : ''}` };
  });
}

/** What was expected instead of the value. */
function valueMistakes(row: OptionKind, value: unknown, options: EnqueueOptions): string[] {
  switch (row.kind) {
    case 'duration': {
      const least = row.atLeast === undefined ? row.minMs : Number(options[row.atLeast] ?? row.minMs);
      return isWithin(value, least, row.maxMs) ? [] : [describeDurations(row)];
    }
    case 'instant':
      return isInstant(value) ? [] : ['a valid Date of the years 1 to 9999'];
    case 'integer': {
      const isFine = Number.isInteger(value) && isWithin(value, row.min, row.max);
      return isFine ? [] : [`a whole number ${row.min} to ${row.max}`];
    }
    case 'text':
      return isText(value, row.max) ? [] : [describeTexts(value, row.max)];
    case 'choice':
      return row.choices.includes(value as string) ? [] : [row.choices.join(' or ')];
    case 'flag':
      return typeof value === 'boolean' ? [] : ['true or false'];
    case 'job':
      return JOB_ID.test(value as string) ? [] : ['the id of a job'];
    case 'headers':
      return [];
    case 'name':
      return typeof value === 'string' && isStorable(value) ? [] : ['a name'];
  }
}

/** What was expected of the options beside it. */
function neighbourMistakes(
  { excludes = [], needs = [], onlyBeside }: OptionRow,
  value: unknown,
  options: EnqueueOptions,
): string[] {
  const isGiven = (name: OptionName) => options[name] !== undefined;
  return [
    ...(needs.length > 0 && !needs.some(isGiven) ? [`${needs.map(inWords).join(' or ')} beside it`] : []),
    ...excludes.filter(isGiven).map((name) => `nothing beside ${name}`),
    ...(onlyBeside && isGiven(onlyBeside.option) && value !== onlyBeside.value
      ? [`${onlyBeside.value} beside ${onlyBeside.option}`]
      : []),
  ];
}

function inWords(name: OptionName): string {
  return name === 'key' ? 'a key' : name;
}

function describeDurations({ minMs, maxMs, zero, atLeast }: OptionKind & { kind: 'duration' }): string {
  const most = maxMs === MAX_DURATION_MS ? '100 years in ms' : `${maxMs} ms`;
  if (atLeast !== undefined) return `at least ${atLeast}, up to ${most}`;
  if (minMs > 0) return `${minMs} ms to ${most}`;
  return zero === undefined ? `0 to ${most}` : `0 (${zero}) to ${most}`;
}

function describeTexts(value: unknown, max: number): string {
  return typeof value === 'string' && !isStorable(value)
    ? 'text without \\u0000 and halves of surrogate pairs'
    : `1 to ${max} characters`;
}

function isWithin(value: unknown, min: number, max: number): boolean {
  return typeof value === 'number' && value >= min && value <= max;
}

function isText(value: unknown, maxLength: number): boolean {
  return typeof value === 'string' && value !== '' && isStorable(value) && [...value].length <= maxLength;
}

/** Numbers, instants and modes as they are; of texts and headers, which may be long or private, only what they are. */
function describe(value: unknown): string {
  if (typeof value === 'string')
    return value.length <= 40 ? JSON.stringify(value) : `${value.length} characters`;
  if (value !== null && typeof value === 'object' && !(value instanceof Date)) return 'another object';
  return describeInstant(value);
}
