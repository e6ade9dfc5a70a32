import { parseExactly } from '../../db/exact-json.ts';
import { wrongField } from '../shell/page-error.ts';

/** What a field of a form has as JSON, every digit of it. @throws {HowdahError} `invalid_payload` for what is none */
export function readJson(field: string, text: string): unknown {
  try {
    return parseExactly(text);
  } catch (cause) {
    throw wrongField(field, { code: 'invalid_payload', expected: ({ json }) => json, cause });
  }
}
