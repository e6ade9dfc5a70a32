import {
  findOptionMistakes,
  type OptionCheck,
  type OptionKinds,
  wholeNumberCheck,
} from '../../config/mistakes/option-mistakes.ts';
import { findAbsentLimits, findLimitMistakes, findSettingMistakes } from '../option-mistakes.ts';
import { hasMethod } from '../transactions/has-method.ts';
import type { DatabaseOptions } from './open-database.ts';

export const DEFAULT_MAX_CONNECTIONS = 10;

const types: OptionCheck = (value) =>
  hasMethod(value, 'getTypeParser') ? undefined : 'what has getTypeParser';
const prepares: OptionCheck = (value) =>
  typeof value === 'boolean' || value instanceof Set ? undefined : 'true, false or a Set of statements';

const OPTIONS: OptionKinds<DatabaseOptions> = {
  ...{ connectionString: 'text', applicationName: 'text', settings: 'object', limits: 'object' },
  ...{ maxConnections: wholeNumberCheck(1), keptConnections: wholeNumberCheck(0), allowExitOnIdle: 'flag' },
  ...{ types, prepares, onConnectionError: 'function', onConnect: 'function' },
};

/** @throws {TypeError} naming every option of `openDatabase` that means nothing, without an address or a setting's value */
export function checkDatabaseOptions(options: DatabaseOptions): void {
  const { connectionString, limits, settings } = options ?? {};
  const own = findOptionMistakes(options, OPTIONS);
  const mistakes = [
    ...own,
    ...(options && connectionString === undefined
      ? ['connectionString: expected a text, received undefined']
      : []),
    ...findLimitMistakes(limits),
    ...findAbsentLimits(limits),
    ...findSettingMistakes(settings),
    ...(own.length === 0 ? findTooManyKept(options) : []),
  ];
  if (mistakes.length > 0) throw new TypeError(`openDatabase: ${mistakes.join('; ')}`);
}

function findTooManyKept({
  maxConnections = DEFAULT_MAX_CONNECTIONS,
  keptConnections = 0,
}: DatabaseOptions): string[] {
  if (keptConnections <= maxConnections) return [];
  return [`keptConnections: expected at most maxConnections, ${maxConnections}, received ${keptConnections}`];
}
