import type { ConfigProblem } from './config-error.ts';
import { isWithinEdits } from './edit-distance.ts';

/** What a value of each option must be by itself; of `any` something else tells. */
export type OptionKinds<Options> = { readonly [Name in keyof Options]-?: Kind };

/** A kind by its name, or what returns what was expected of a value that is wrong. */
type Kind = keyof typeof KINDS | 'any' | OptionCheck;

/** What was expected in place of a value that is wrong; undefined for one that is right. */
export type OptionCheck = (value: unknown) => string | undefined;

const isFunction = (value: unknown) => typeof value === 'function';
const has = (value: unknown, ...methods: readonly string[]) =>
  methods.every((name) => isFunction((value as Record<string, unknown> | null)?.[name]));

const KINDS = {
  function: ['a function', isFunction],
  place: ['a path or a URL', (value: unknown) => typeof value === 'string' || value instanceof URL],
  text: ['a text', (value: unknown) => typeof value === 'string'],
  flag: ['true or false', (value: unknown) => typeof value === 'boolean'],
  milliseconds: ['whole milliseconds', (value: unknown) => Number.isSafeInteger(value) && Number(value) >= 0],
  instant: ['a valid Date', (value: unknown) => value instanceof Date && !Number.isNaN(Number(value))],
  signal: ['an AbortSignal', (value: unknown) => value instanceof AbortSignal],
  logger: ['a logger as pino makes them', (value: unknown) => has(value, 'info', 'warn', 'error', 'child')],
  events: ['what createEventHub returns', (value: unknown) => has(value, 'on', 'off', 'emit')],
  pool: ['a Pool of pg', (value: unknown) => has(value, 'connect', 'query')],
  object: ['an object', isPlain],
} as const satisfies Record<string, readonly [string, (value: unknown) => boolean]>;

/**
 * What is wrong with options by themselves, each in words: one that there is not, which would be passed over in silence, and one that
 * is of another type. Empty when nothing is.
 */
export function findOptionMistakes<Options extends object>(
  options: Options,
  kinds: OptionKinds<Options>,
): string[] {
  if (!isPlain(options)) return [`expected an object, received ${describe(options)}`];
  return findOptionProblems(options, kinds).map(({ variable, message }) => `${variable}: ${message}`);
}

/** The same, each by its option. */
export function findOptionProblems<Options extends object>(
  options: Options,
  kinds: OptionKinds<Options>,
): ConfigProblem[] {
  if (!isPlain(options))
    return [{ variable: 'options', message: `expected an object, received ${describe(options)}` }];
  return Object.entries(options).flatMap(([variable, value]) => {
    if (value === undefined) return [];
    if (!Object.hasOwn(kinds, variable))
      return [{ variable, message: `there is no such option${meant(variable, kinds)}` }];
    const kind = kinds[variable as keyof Options];
    const expected = expectedOf(kind, value);
    if (expected === undefined) return [];
    const received = kind === 'text' && value !== null ? typeof value : describe(value);
    return [{ variable, message: `expected ${expected}, received ${received}` }];
  });
}

/** @throws {TypeError} in the name of the call, with all that `findOptionMistakes` finds */
export function refuseOptionMistakes<Options extends object>(
  call: string,
  options: Options,
  kinds: OptionKinds<Options>,
): void {
  const mistakes = findOptionMistakes(options, kinds);
  if (mistakes.length > 0) throw new TypeError(`${call}: ${mistakes.join('; ')}`);
}

/** Of a number. */
export function wholeNumberCheck(least: number, most = Number.MAX_SAFE_INTEGER): OptionCheck {
  const range = most === Number.MAX_SAFE_INTEGER ? `from ${least}` : `${least} to ${most}`;
  return (value) =>
    Number.isInteger(value) && Number(value) >= least && Number(value) <= most
      ? undefined
      : `a whole number ${range}`;
}

function expectedOf(kind: Kind, value: unknown): string | undefined {
  if (typeof kind === 'function') return kind(value);
  if (kind === 'any') return undefined;
  const [expected, isRight] = KINDS[kind];
  return isRight(value) ? undefined : expected;
}

/** A list has members too, and none by such names. */
function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !(Symbol.iterator in value);
}

/** Numbers and the like as they are, but not in place of a text, which may be secret; of texts and objects only what they are. */
function describe(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  const isShown = ['number', 'boolean', 'bigint', 'undefined'].includes(typeof value) || value === null;
  return isShown ? String(value) : typeof value;
}

function meant(name: string, kinds: object): string {
  const found = Object.keys(kinds).find((own) => isWithinEdits(2, name, own));
  return found === undefined ? '' : `, but ${found}`;
}
