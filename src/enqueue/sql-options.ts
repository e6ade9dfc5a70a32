import type { EnqueueOptions } from './enqueue-options.ts';
import { OPTION_ROWS, OPTION_TABLE, type OptionName, type OptionRow } from './option-table.ts';
import type { NewJob } from './task-distributor.ts';

/** An option as JSON and Postgres take it. */
type SqlOption = string | number | boolean | NonNullable<EnqueueOptions['headers']>;

/** A job's options by their names in `howdah.enqueue`, those of its task among them. What is not given is not there. */
export function toSqlOptions<Payload>({ task, options = {} }: NewJob<Payload>): Record<string, SqlOption> {
  const named: Record<string, SqlOption> = {
    [OPTION_TABLE.queue.name]: task.queue,
    [OPTION_TABLE.maxRetries.name]: task.maxRetries,
  };
  for (const [option, { name, kind }] of OPTION_ROWS) {
    const value = options[option];
    if (value !== undefined && value !== null) named[name] = toSqlOption(kind, value);
  }
  return named;
}

function toSqlOption(kind: OptionRow['kind'], value: NonNullable<EnqueueOptions[OptionName]>): SqlOption {
  if (value instanceof Date) return value.toISOString();
  return kind === 'duration' ? `${value} milliseconds` : value;
}
