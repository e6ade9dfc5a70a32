/** The graphile-worker schema that holds a queue's jobs: `graphile_worker` for `default`, else with the name appended. */
export function queueSchema(queue: string): string {
  return queue === 'default' ? 'graphile_worker' : `graphile_worker_${queue}`;
}
