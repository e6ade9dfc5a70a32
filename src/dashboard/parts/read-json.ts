import { parseExactly } from '../../db/exact-json.ts';
import { HowdahError } from '../../errors.ts';

/** What a field of a form has as JSON, every digit of it. @throws {HowdahError} `invalid_payload` for what is none */
export function readJson(field: string, text: string): unknown {
  try {
    return parseExactly(text);
  } catch (cause) {
    const message = 'expected JSON, received something else';
    throw new HowdahError('invalid_payload', {
      detail: `${field}: ${message}`,
      fields: [{ field, message }],
      cause,
    });
  }
}
