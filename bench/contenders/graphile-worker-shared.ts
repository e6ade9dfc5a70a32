import { contender } from './graphile-worker.ts';

/** What it has for several queues in one schema: tasks of other names, which this worker does not know. */
export default contender('one schema, another queue being tasks of another name; its defaults', {
  placeOf: (queue) => ({ schema: 'graphile_worker', task: queue === 'default' ? 'noop' : queue }),
});
