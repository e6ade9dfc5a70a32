import { causesOf } from '../../db/causes-of.ts';
import { isError } from './to-error.ts';

const MAX_NAME_LENGTH = 200;
const MAX_MESSAGE_LENGTH = 4_000;
const MAX_STACK_LENGTH = 10_000;
const MAX_CAUSES = 5;

/** An error as it is stored. */
export interface ErrorDescription {
  name: string;
  message: string;
  stack?: string;
}

/**
 * An error in texts that Postgres can store, whatever its properties hold or do when they are read: name and message
 * are never empty, the message has at most 4,000 characters, the stack, with those of its causes, 10,000.
 */
export function describeError(error: Error): ErrorDescription {
  const name = storable(read(error, 'name'), MAX_NAME_LENGTH) || 'Error';
  const message = storable(readMessage(error), MAX_MESSAGE_LENGTH) || 'error without a message';
  const stack = storable(readStacks(error), MAX_STACK_LENGTH);
  return { name, message, ...(stack ? { stack } : {}) };
}

/** A text without what Postgres refuses: NUL in any text, lone surrogates in JSON. */
export function storable(text: string, maxLength: number): string {
  return text.slice(0, maxLength).replaceAll('\0', '').toWellFormed();
}

/** Node's AggregateErrors (a connect that failed for each address) have no message of their own. */
function readMessage(error: Error): string {
  const message = read(error, 'message');
  if (message !== '' || !(error instanceof AggregateError)) return message;
  return error.errors.map((each) => read(each, 'message')).join('; ');
}

function readStacks(error: Error): string {
  const causes = [...causesOf(error)].filter(isError).slice(1, 1 + MAX_CAUSES);
  return [read(error, 'stack'), ...causes.map((cause) => `Caused by: ${read(cause, 'stack')}`)].join('\n');
}

function read(owner: unknown, property: string): string {
  const value = readValue(owner, property);
  try {
    return value === undefined || value === null ? '' : String(value);
  } catch {
    return `a ${property} that cannot be shown`;
  }
}

function readValue(owner: unknown, property: string): unknown {
  try {
    return (owner as Record<string, unknown> | null)?.[property];
  } catch {
    return undefined;
  }
}
