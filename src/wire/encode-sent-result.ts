import { findShapeMistake } from '../db/json-shape.ts';
import { HowdahError } from '../errors.ts';
import { findUnstorableText } from '../tasks/unstorable-text.ts';

/**
 * The result of a run over HTTP as it is kept; undefined for none.
 *
 * @throws {HowdahError} `invalid_request` naming what Postgres cannot hold. Whoever sent it still has the run, and can send it
 *   otherwise
 */
export function encodeSentResult(result: unknown): string | undefined {
  if (result === undefined) return undefined;
  const shape = findShapeMistake(result, 'result');
  const json = shape ? '' : JSON.stringify(result);
  const mistake = shape ?? findUnstorableText(json, 'result');
  if (!mistake) return json;
  throw new HowdahError('invalid_request', {
    detail: `${mistake.field}: ${mistake.message}`,
    fields: [mistake],
  });
}
