/**
 * How a task's key stands in the engine's table, whose keys are one for all tasks of a queue; as the SQL function
 * `howdah.engine_key` has it.
 */
export function engineKey(task: string, key: string): string {
  return `howdah:${task}:${key}`;
}
