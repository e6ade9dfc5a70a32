/** Texts of the pages about tasks. */
export const tasks = {
  title: 'Tasks',
  none: 'No task is known yet. A worker or a producer announces those of its application when it starts.',
  itsJobs: 'Its jobs',
  schema: 'Schema of its payload',
  enqueue: 'Enqueue one by hand',
  enqueueIt: 'Enqueue',
  options: 'Options',
  payload: 'Payload (JSON)',
  delay: 'Delay',
  unique: 'Unique key',
  noLimit: 'no limit',
  columns: {
    task: 'Task',
    application: 'Application',
    queue: 'Queue',
    retries: 'Retries',
    timeout: 'Time limit',
    orderBy: 'In the order of',
    workers: 'Workers',
  },
};
