import { queueSchema } from '../schema/queue-schema.ts';
import type { MigrationState } from './state.ts';

/** A schema that Howdah would make is there, and somebody else's. */
export class ForeignSchemaError extends Error {
  override readonly name = 'ForeignSchemaError';
}

/**
 * Before anything is made beside it. @param newQueues whose schemas are to be made
 *
 * @throws {ForeignSchemaError} naming the first such schema
 */
export function refuseForeignSchemas(
  { foreign }: Pick<MigrationState, 'foreign'>,
  newQueues: readonly string[],
): void {
  const [name] = ['howdah', ...newQueues.map(queueSchema)].flatMap((schema) => foreign.get(schema) ?? []);
  if (name === undefined) return;
  throw new ForeignSchemaError(
    `this database has a schema "${name}" that is not Howdah's: give Howdah another name (HOWDAH_SCHEMA, or the ` +
      'option schema), or rename that schema (nothing was changed)',
  );
}
