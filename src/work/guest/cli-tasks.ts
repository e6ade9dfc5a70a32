import type { Task } from 'graphile-worker';

/**
 * What the stock command line loads as its tasks: it insists on a file or a folder, and takes from a file whatever is in
 * its default export. The plugin fills this before that, so that tasks may lie wherever their application has them.
 * Source: graphile-worker 0.18.0, getTasks.js, `loadFileIntoTasks`.
 */
const tasks: Record<string, Task> = {};

export default tasks;
