import { isWithinEdits } from '../mistakes/edit-distance.ts';
import { Mistake } from '../mistakes/mistake.ts';

/** The rules that hold: in development what is absent is started or made up, in production nothing is. */
export type EnvironmentRules = 'development' | 'production';

const OF_DEVELOPMENT = ['', 'development', 'test'];

/** Production's for whatever is not `development`, `test` or nothing at all: `staging` has customers' data too. */
export function rulesOf(environment: string): EnvironmentRules {
  return OF_DEVELOPMENT.includes(environment) ? 'development' : 'production';
}

/**
 * The same of NODE_ENV.
 *
 * @throws {Mistake} for a near miss such as `prod` or `dev`, which would have production's rules by a typing error, or seem to
 *   have others
 */
export function parseEnvironment(value: string): EnvironmentRules {
  const lower = value.toLowerCase();
  const meant = ['production', 'development', 'test'].find((name) => value !== name && isNear(lower, name));
  if (meant === undefined) return rulesOf(value);
  throw new Mistake(`expected development, test, or another name for production; did you mean ${meant}?`);
}

function isNear(lower: string, name: string): boolean {
  if (lower === name || lower === 'prod' || lower === 'dev') return name.startsWith(lower);
  return name.length > 4 && isWithinEdits(2, lower, name);
}
