import { namingOf } from '../../src/db/naming.ts';
import { TEST_SCHEMA } from './test-schema.ts';

/** What is written for `howdah`, as it is where the tests run under another schema (HOWDAH_TEST_SCHEMA). */
export function named(text: string): string {
  return namingOf(TEST_SCHEMA).installed(text);
}

/** The same of what a text has to match. */
export function namedPattern(pattern: RegExp): RegExp {
  const { installed } = namingOf(TEST_SCHEMA);
  return new RegExp(installed(pattern.source.replaceAll('howdah\\.', 'howdah.')), pattern.flags);
}
