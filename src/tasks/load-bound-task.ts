import type { BoundTask } from './bind.ts';

/** What a compiler has written as CommonJS has its own `default` in the one that Node gives it. */
type Exported<Services> = Partial<BoundTask<Services>> & { default?: Partial<BoundTask<Services>> };

/** The task of a file, which knows that file. @throws {TypeError} when its default export was made by neither `app.handle` nor `publish` */
export async function loadBoundTask<Services>(file: URL): Promise<BoundTask<Services>> {
  const module: { default?: Exported<Services> } = await import(file.href);
  const task = module.default?.default ?? module.default;
  if (task?.definition && task.handle) return { ...(task as BoundTask<Services>), file };
  throw new TypeError(`${file.pathname}: expected a default export made by app.handle(…) or publish(…)`);
}
