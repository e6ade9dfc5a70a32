import {
  findOptionMistakes,
  type OptionCheck,
  type OptionKinds,
} from '../config/mistakes/option-mistakes.ts';
import type { Limits } from './limits.ts';

const aboveZero: OptionCheck = (value) =>
  Number.isFinite(value) && Number(value) > 0 ? undefined : 'milliseconds above 0';

const LIMITS: OptionKinds<Limits> = {
  ...{ waitMs: aboveZero, connectMs: aboveZero, answerMs: aboveZero },
  ...{ statementMs: aboveZero, lockMs: aboveZero, idleMs: aboveZero, transactionMs: aboveZero },
};

/** What is wrong with limits, each in words. Nothing where they are no object, which whoever looks at the options tells. */
export function findLimitMistakes(limits: object | undefined): string[] {
  return findWithin('limits', limits, LIMITS);
}

/** Limits that are not there, of those that a pool cannot do without. */
export function findAbsentLimits(limits: object | undefined): string[] {
  if (!isObject(limits)) return [];
  return Object.keys(LIMITS)
    .filter((name) => (limits as Record<string, unknown>)[name] === undefined)
    .map((name) => `limits.${name}: expected milliseconds above 0, received undefined`);
}

/** What is wrong with settings of a session or transaction. No value of theirs is told. */
export function findSettingMistakes(settings: object | undefined): string[] {
  if (!isObject(settings)) return [];
  const kinds = Object.fromEntries(Object.keys(settings).map((name) => [name, 'text' as const]));
  return findWithin('settings', settings, kinds);
}

function findWithin<Options extends object>(
  option: string,
  given: object | undefined,
  kinds: OptionKinds<Options>,
): string[] {
  if (!isObject(given)) return [];
  return findOptionMistakes(given as Options, kinds).map((mistake) => `${option}.${mistake}`);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
