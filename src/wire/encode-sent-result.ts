import { findShapeMistake } from '../db/json-shape.ts';
import { HowdahError } from '../errors.ts';
import { MAX_RESULT_BYTES } from '../tasks/max-result-bytes.ts';
import { findUnstorableText } from '../tasks/unstorable-text.ts';

/**
 * The result of a run over HTTP as it is kept; undefined for none.
 *
 * @throws {HowdahError} `invalid_request` naming what Postgres cannot hold, `body_too_large` for one of more than 1 MiB. Whoever
 *   sent it still has the run, and can send it otherwise
 */
export function encodeSentResult(result: unknown): string | undefined {
  if (result === undefined) return undefined;
  const shape = findShapeMistake(result, 'result');
  const json = shape ? '' : JSON.stringify(result);
  const mistake = shape ?? findUnstorableText(json, 'result');
  if (!mistake && Buffer.byteLength(json) > MAX_RESULT_BYTES) throw tooLarge();
  if (!mistake) return json;
  throw new HowdahError('invalid_request', {
    detail: `${mistake.field}: ${mistake.message}`,
    fields: [mistake],
  });
}

function tooLarge(): HowdahError {
  const field = 'result';
  const message = `expected at most ${MAX_RESULT_BYTES / 1024} KiB of JSON, received more; keep large data elsewhere and return where it is`;
  return new HowdahError('body_too_large', {
    detail: `${field}: ${message}`,
    fields: [{ field, message }],
  });
}
