import { deleteExpiredVerifications } from '../bank/definitions/delete-expired-verifications.ts';
import { sendVerifyEmail } from '../bank/definitions/send-verify-email.ts';
import { sendWelcomeEmail } from '../bank/definitions/send-welcome-email.ts';
import type { TaskDefinition } from './define-task.ts';

/** Every task this deployment knows, by name. */
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

/** The tasks that ship with this service. A new task's definition is added here. */
export const catalogue: Catalogue = createCatalogue([
  sendVerifyEmail,
  sendWelcomeEmail,
  deleteExpiredVerifications,
]);
