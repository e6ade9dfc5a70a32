import type { BoundTask } from './bind.ts';

/** The task of a file, which knows that file. @throws {TypeError} when its default export was not made by `app.handle` */
export async function loadBoundTask<Services>(file: URL): Promise<BoundTask<Services>> {
  const module: { default?: Partial<BoundTask<Services>> } = await import(file.href);
  const task = module.default;
  if (task?.definition && task.handle) return { ...(task as BoundTask<Services>), file };
  throw new TypeError(`${file.pathname}: expected a default export made by app.handle(…)`);
}
