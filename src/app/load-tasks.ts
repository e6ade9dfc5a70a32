import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { AppFileError } from '../tasks/app-file-error.ts';
import type { BoundTask } from '../tasks/bind.ts';
import { type Catalogue, createCatalogue } from '../tasks/catalogue.ts';
import type { TaskDefinition } from '../tasks/define-task.ts';
import { loadBoundTask } from '../tasks/load-bound-task.ts';
import type { App } from './define-app.ts';

/** An application whose tasks are there. */
export interface LoadedApp<Services = unknown, Settings = unknown> {
  readonly app: App<Services, Settings>;
  /** Those that run here, or are handed over to others from here. */
  readonly tasks: ReadonlyMap<string, BoundTask<Services>>;
  /** Queues whose jobs are leased over HTTP: the home of tasks that are, and of no other. */
  readonly leasedQueues: readonly string[];
  /** What all tasks are, without the code that runs them; those that are leased over HTTP too. */
  readonly catalogue: Catalogue;
}

/** A module, and no declaration or test beside one. */
const TASK_FILE = /^(?!.*\.(d|test|spec)\.[cm]?[jt]s$).*\.[cm]?[jt]s$/;

/**
 * The application with its tasks, each file of its folder loaded.
 *
 * @throws {AppFileError} naming the file that cannot be loaded or exports something else, the folder that is not there, the
 *   task that two files define, or the queue of tasks that are leased over HTTP and others
 */
export async function loadTasks<Services, Settings>(
  app: App<Services, Settings>,
): Promise<LoadedApp<Services, Settings>> {
  const bound = app.tasks instanceof URL ? await loadFolder<Services>(app.tasks) : app.tasks;
  const catalogue = catalogueOf(bound);
  const [leased, run] = [bound.filter(({ isLeased }) => isLeased), bound.filter(({ isLeased }) => !isLeased)];
  refuseSharedQueues(leased, run);
  return {
    ...{ app, catalogue },
    tasks: new Map(run.map((task) => [task.definition.name, task])),
    leasedQueues: [...new Set(leased.map(({ definition }) => definition.queue))],
  };
}

function catalogueOf<Services>(bound: readonly BoundTask<Services>[]): Catalogue {
  try {
    return createCatalogue(bound.map(({ definition }) => definition as TaskDefinition));
  } catch (error) {
    throw error instanceof TypeError ? new AppFileError(error.message, { cause: error }) : error;
  }
}

/** Workers of ours do not serve a queue whose jobs are leased; and would look through those for their own, if they did. */
function refuseSharedQueues<Services>(
  leased: readonly BoundTask<Services>[],
  run: readonly BoundTask<Services>[],
): void {
  for (const { definition } of leased) {
    const other = run.find((task) => task.definition.queue === definition.queue)?.definition;
    if (!other) continue;
    throw new AppFileError(
      `task "${definition.name}" is leased over HTTP, and "${other.name}" runs here, both in queue "${definition.queue}": expected a queue of its own for what is leased (queue: in defineTask, and QUEUES)`,
    );
  }
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
    throw new AppFileError(`tasks: there is no folder ${fileURLToPath(folder)}`);
  }
}
