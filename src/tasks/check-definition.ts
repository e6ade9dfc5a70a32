import type { TaskDefinition } from './define-task.ts';
import { kindOf } from './kind-of.ts';

/** Whether it is what `defineTask` returns, of this copy of the package or another. */
export function isDefinition(task: unknown): boolean {
  const { name, payload } = (task ?? {}) as Partial<TaskDefinition>;
  return typeof name === 'string' && typeof payload?.safeParse === 'function';
}

/** @throws {TypeError} for what is no definition, such as what `app.handle` makes of one */
export function checkDefinition(task: unknown, field: string): void {
  if (isDefinition(task)) return;
  throw new TypeError(`${field}: expected what defineTask returns, received ${kindOf(task)}`);
}
