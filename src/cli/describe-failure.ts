import { ConfigError } from '../config.ts';
import { HowdahError } from '../errors.ts';
import { CommandError } from './command-error.ts';

/** Postgres has no such table, schema, function or column. */
const NOT_INSTALLED = new Set(['42P01', '3F000', '42883', '42703']);

/** What to tell of what ended a command, and its exit code; undefined for a defect of ours, which needs its stack. */
export function describeFailure(error: unknown): { message: string; exitCode: 1 | 2 } | undefined {
  if (error instanceof CommandError) return { message: error.message, exitCode: error.exitCode };
  if (error instanceof HowdahError) return { message: describeHowdahError(error), exitCode: 1 };
  if (error instanceof ConfigError) return { message: error.message, exitCode: 1 };
  const coded = findCoded(error);
  return coded && { message: describeCoded(coded), exitCode: 1 };
}

function describeHowdahError({ message, fields }: HowdahError): string {
  const unsaid = fields.filter((field) => !message.includes(field.message));
  return [message, ...unsaid.map(({ field, message: text }) => `  ${field}: ${text}`)].join('\n');
}

interface CodedError extends Error {
  code: string;
  hint?: string;
}

/** Postgres and Node give their errors a code; drizzle wraps them. */
function findCoded(error: unknown): CodedError | undefined {
  for (let current = error; current instanceof Error; current = current.cause) {
    if ('code' in current && typeof current.code === 'string' && !current.code.startsWith('ERR_')) {
      return current as CodedError;
    }
    if (/^Connection terminated/.test(current.message)) return Object.assign(current, { code: '08006' });
  }
  return undefined;
}

function describeCoded({ code, message, hint }: CodedError): string {
  const text = hint ? `${message}\n  ${hint}` : message;
  if (!NOT_INSTALLED.has(code)) return text;
  return `${text}\n  If this is not your own statement, Howdah is not installed here at this version: npx howdah doctor tells`;
}
