import { readdir } from 'node:fs/promises';
import type { BoundTask } from './bind.ts';
import type { Catalogue } from './catalogue.ts';
import { loadBoundTask } from './load-bound-task.ts';

/**
 * The tasks of a folder, by name: one file a task, its default export made by `bind`.
 *
 * @throws {TypeError} naming the file when its name is not its task's, when it exports something else, or when the
 *   catalogue and the folder do not hold the same tasks
 */
export async function loadTasks<Services>(
  folder: URL,
  catalogue: Catalogue,
): Promise<ReadonlyMap<string, BoundTask<Services>>> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.ts')).sort();
  const tasks = new Map<string, BoundTask<Services>>();
  for (const file of files) {
    const task = await loadBoundTask<Services>(new URL(file, folder));
    checkPlace(file, task, catalogue);
    tasks.set(task.definition.name, task);
  }
  const missing = [...catalogue.keys()].filter((name) => !tasks.has(name));
  if (missing.length > 0) throw new TypeError(`No file in tasks/ for ${missing.join(', ')}`);
  return tasks;
}

function checkPlace(file: string, { definition }: BoundTask<never>, catalogue: Catalogue): void {
  if (file !== `${definition.name}.ts`) {
    throw new TypeError(
      `tasks/${file} runs "${definition.name}"; expected it in tasks/${definition.name}.ts`,
    );
  }
  if (catalogue.get(definition.name) !== definition) {
    throw new TypeError(
      `"${definition.name}" is not in the catalogue; add its definition to src/tasks/catalogue.ts`,
    );
  }
}
