import type { TaskDefinition } from './define-task.ts';

/** Every task that an application has, by name. */
export type Catalogue = ReadonlyMap<string, TaskDefinition>;

/**
 * A catalogue of the given definitions.
 *
 * @throws {TypeError} naming the task when two definitions share a name: one of them would never run.
 */
export function createCatalogue(definitions: readonly TaskDefinition[]): Catalogue {
  const catalogue = new Map<string, TaskDefinition>();
  for (const definition of definitions) {
    if (catalogue.has(definition.name)) {
      throw new TypeError(`Two task definitions are named "${definition.name}"; names must be unique`);
    }
    catalogue.set(definition.name, definition);
  }
  return catalogue;
}
