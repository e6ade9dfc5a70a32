import { fileURLToPath } from 'node:url';
import { AppFileError } from './app-file-error.ts';
import type { BoundTask } from './bind.ts';
import { importAppFile } from './import-app-file.ts';

/** What a compiler has written as CommonJS has its own `default` in the one that Node gives it. */
type Exported<Services> = Partial<BoundTask<Services>> & { default?: Partial<BoundTask<Services>> };

/** The task of a file, which knows that file. @throws {AppFileError} when it cannot be loaded, or its default export was made by neither `app.handle` nor `publish` */
export async function loadBoundTask<Services>(file: URL): Promise<BoundTask<Services>> {
  const exported = (await importAppFile(file)).default as Exported<Services> | undefined;
  const task = exported?.default ?? exported;
  if (task?.definition && task.handle) return { ...(task as BoundTask<Services>), file };
  throw new AppFileError(
    `${fileURLToPath(file)}: expected a default export made by app.handle(…), publish(…) or lease(…)`,
  );
}
