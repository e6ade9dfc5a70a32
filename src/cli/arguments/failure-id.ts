import { UsageError } from '../command-error.ts';

/** @throws {UsageError} for what is no id of a group of failures */
export function toFailureId(text: string): string {
  if (/^[0-9a-f]{16}$/.test(text)) return text;
  throw new UsageError(
    `expected the id of a group of failures, 16 hexadecimal digits as \`howdah failures\` has it, received ${JSON.stringify(text)}`,
  );
}
