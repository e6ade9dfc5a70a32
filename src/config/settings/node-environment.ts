import { isWithinEdits } from '../mistakes/edit-distance.ts';
import { Mistake } from '../mistakes/mistake.ts';

/**
 * `production`, or `development` for any other value (`test`, `staging`, …).
 *
 * @throws {Mistake} for a near miss such as `prod`: in development missing secrets are made up, so a typing error there
 *   must not pass
 */
export function parseEnvironment(value: string): 'development' | 'production' {
  if (value === 'production') return 'production';
  const lower = value.toLowerCase();
  if (lower === 'prod' || isWithinEdits(2, lower, 'production')) {
    throw new Mistake('expected production, or another name for development; did you mean production?');
  }
  return 'development';
}
