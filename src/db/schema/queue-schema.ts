const DEFAULT_QUEUE = 'default';
const DEFAULT_SCHEMA = 'graphile_worker';

/** The graphile-worker schema that holds a queue's jobs: `graphile_worker` for `default`, else with the name appended. */
export function queueSchema(queue: string): string {
  return queue === DEFAULT_QUEUE ? DEFAULT_SCHEMA : `${DEFAULT_SCHEMA}_${queue}`;
}

/** The queue that a graphile-worker schema holds, or undefined when the name is not one of a queue's. */
export function schemaQueue(schema: string): string | undefined {
  if (schema === DEFAULT_SCHEMA) return DEFAULT_QUEUE;
  const queue = schema.startsWith(`${DEFAULT_SCHEMA}_`) ? schema.slice(DEFAULT_SCHEMA.length + 1) : undefined;
  return queue === DEFAULT_QUEUE ? undefined : queue;
}
