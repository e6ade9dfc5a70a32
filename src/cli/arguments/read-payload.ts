import { parseExactly } from '../../db/exact-json.ts';
import { toError } from '../../errors/to-error.ts';
import { UsageError } from '../command-error.ts';
import { readStandardInput } from '../terminal/read-standard-input.ts';

/** The JSON of an argument, or of standard input for `-`. @throws {UsageError} for what is no JSON */
export async function readPayload(given: string): Promise<unknown> {
  const text = given === '-' ? await readStandardInput() : given;
  try {
    return parseExactly(text);
  } catch (error) {
    const reason = toError(error).message;
    throw new UsageError(`the payload is not JSON: ${reason}`);
  }
}
