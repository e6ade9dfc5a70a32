import { namingOf } from '../../src/db/naming.ts';
import { TEST_SCHEMA } from './test-schema.ts';

/** What a text has to match, written for `howdah`, as it is where the tests run under another schema (HOWDAH_TEST_SCHEMA). */
export function namedPattern({ source, flags }: RegExp): RegExp {
  return new RegExp(namingOf(TEST_SCHEMA).installed(source.replaceAll('howdah\\.', 'howdah.')), flags);
}
