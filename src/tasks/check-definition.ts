import type { TaskDefinition } from './define-task.ts';
import { kindOf } from './kind-of.ts';

/** Whether it is what `defineTask` returns, of this copy of the package or another. */
function isDefinition(task: unknown): boolean {
  const { name, payload } = (task ?? {}) as Partial<TaskDefinition>;
  return typeof name === 'string' && typeof payload?.safeParse === 'function';
}

/** @throws {TypeError} for what is no definition, such as what `app.handle` makes of one */
export function checkDefinition(task: unknown, field: string): void {
  if (isDefinition(task)) return;
  throw new TypeError(`${field}: expected what defineTask returns, received ${kindOf(task)}`);
}

/** What was expected of what is no list of definitions. */
export function definitionsMistake(tasks: unknown): string | undefined {
  return Array.isArray(tasks) && tasks.every(isDefinition) ? undefined : 'a list of what defineTask returns';
}
