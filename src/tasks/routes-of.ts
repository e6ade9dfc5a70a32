import type { BoundTask } from './bind.ts';

/** Where the jobs go of those of the tasks that do not run here, by name. */
export function routesOf(
  tasks: Iterable<Pick<BoundTask<never>, 'definition' | 'goesTo'>>,
): Record<string, string> {
  return Object.fromEntries(
    [...tasks].flatMap(({ definition, goesTo }) => (goesTo === undefined ? [] : [[definition.name, goesTo]])),
  );
}
