import { textOf } from '../errors/read-text.ts';
import type { TaskPolicy } from './bind.ts';

/** Longest wait a timer takes. */
const MAX_TIMER_MS = 2_147_483_647;

const isFunction = (value: unknown) => typeof value === 'function';

/** For each setting of a policy what it must be, and whether a value is that. */
const EXPECTED: {
  readonly [Name in keyof TaskPolicy]-?: readonly [string, (value: unknown) => boolean];
} = {
  discardOn: ['a list of classes of errors', (value) => Array.isArray(value) && value.every(isFunction)],
  classify: ['a function', isFunction],
  retryDelay: ['a function', isFunction],
  abandonAfterMs: [
    `a whole number from 0 to ${MAX_TIMER_MS}`,
    (value) => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= MAX_TIMER_MS,
  ],
  isolate: ["'thread' or none", (value) => value === 'thread'],
};

/** Names of what a policy may have. */
export const POLICY: readonly string[] = Object.keys(EXPECTED);

/** @throws {TypeError} naming every setting that is out of range, or that no policy has */
export function checkPolicy(task: string, policy: TaskPolicy): void {
  if (typeof policy !== 'object' || policy === null)
    throw new TypeError(`Task "${task}": policy: expected an object, received ${textOf(policy)}`);
  const mistakes = Object.entries(policy).flatMap(([name, value]) => findMistake(name, value));
  if (mistakes.length > 0) throw new TypeError(`Task "${task}": ${mistakes.join('; ')}`);
}

function findMistake(name: string, value: unknown): string[] {
  if (value === undefined) return [];
  if (!Object.hasOwn(EXPECTED, name)) return [`${name}: there is no such setting of a policy`];
  const [expected, isRight] = EXPECTED[name as keyof TaskPolicy];
  return isRight(value) ? [] : [`${name}: expected ${expected}, received ${textOf(value)}`];
}
