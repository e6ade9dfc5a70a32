import { readdir } from 'node:fs/promises';
import type { BoundTask } from '../tasks/bind.ts';
import { type Catalogue, createCatalogue } from '../tasks/catalogue.ts';
import type { TaskDefinition } from '../tasks/define-task.ts';
import { loadBoundTask } from '../tasks/load-bound-task.ts';
import type { App } from './define-app.ts';

/** An application whose tasks are there. */
export interface LoadedApp<Services = unknown, Settings = unknown> {
  readonly app: App<Services, Settings>;
  readonly tasks: ReadonlyMap<string, BoundTask<Services>>;
  /** What the tasks are, without the code that runs them. */
  readonly catalogue: Catalogue;
}

/** A module, and no declaration or test beside one. */
const TASK_FILE = /^(?!.*\.(d|test|spec)\.[cm]?[jt]s$).*\.[cm]?[jt]s$/;

/**
 * The application with its tasks, each file of its folder loaded.
 *
 * @throws {TypeError} naming the file that exports something else, the folder that is not there, or the task that two
 *   files define
 */
export async function loadTasks<Services, Settings>(
  app: App<Services, Settings>,
): Promise<LoadedApp<Services, Settings>> {
  const bound = app.tasks instanceof URL ? await loadFolder<Services>(app.tasks) : app.tasks;
  const catalogue = createCatalogue(bound.map(({ definition }) => definition as TaskDefinition));
  return { app, catalogue, tasks: new Map(bound.map((task) => [task.definition.name, task])) };
}

async function loadFolder<Services>(folder: URL): Promise<BoundTask<Services>[]> {
  const names = (await list(folder)).filter((name) => TASK_FILE.test(name)).sort();
  return Promise.all(names.map((name) => loadBoundTask<Services>(new URL(encodeURIComponent(name), folder))));
}

async function list(folder: URL): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    throw new TypeError(`tasks: there is no folder ${decodeURIComponent(folder.pathname)}`);
  }
}
