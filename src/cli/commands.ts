import type { ListedCommand } from './command.ts';

/** Every command, in the order of the help. Of a process only the one that it is called for is loaded. */
export const COMMANDS: readonly ListedCommand[] = [
  {
    name: 'init',
    summary: 'Make an application to begin with in this folder',
    load: async () => (await import('./commands/init.ts')).init,
  },
  {
    name: 'dev',
    summary: 'Run it here: Postgres, worker and API, anew when a file changes',
    load: async () => (await import('./commands/dev.ts')).dev,
  },
  {
    name: 'start',
    summary: 'Run worker and API in one process',
    load: async () => (await import('./commands/start.ts')).start,
  },
  {
    name: 'worker',
    summary: 'Run a worker: it takes jobs and runs them',
    load: async () => (await import('./commands/worker.ts')).worker,
  },
  {
    name: 'api',
    summary: 'Serve the HTTP API',
    load: async () => (await import('./commands/api.ts')).api,
  },
  {
    name: 'enqueue',
    summary: 'Add a job',
    load: async () => (await import('./commands/enqueue.ts')).enqueue,
  },
  {
    name: 'enqueue-again',
    summary: 'Add a job like another one, with another payload or the same',
    load: async () => (await import('./commands/enqueue-again.ts')).enqueueAgain,
  },
  {
    name: 'jobs',
    summary: 'List jobs, live and finished, newest first',
    load: async () => (await import('./commands/jobs.ts')).jobs,
  },
  {
    name: 'job',
    summary: 'Show all there is to know about one job',
    load: async () => (await import('./commands/job.ts')).job,
  },
  {
    name: 'explain',
    summary: 'Say why a job is not running right now, and what would change that',
    load: async () => (await import('./commands/explain.ts')).explain,
  },
  {
    name: 'retry',
    summary: 'Run jobs again: finished ones from their first attempt, waiting ones at once',
    load: async () => (await import('./commands/retry.ts')).retry,
  },
  {
    name: 'cancel',
    summary: 'Cancel jobs: waiting ones at once, running ones through their signal',
    load: async () => (await import('./commands/cancel.ts')).cancel,
  },
  {
    name: 'run-now',
    summary: 'Make jobs that wait for their time available at once',
    load: async () => (await import('./commands/run-now.ts')).runNow,
  },
  {
    name: 'reschedule',
    summary: 'Set the earliest instant of waiting jobs’ next run',
    load: async () => (await import('./commands/reschedule.ts')).reschedule,
  },
  {
    name: 'discard',
    summary: 'Give waiting jobs up: they are kept as discarded, and can be retried',
    load: async () => (await import('./commands/discard.ts')).discard,
  },
  {
    name: 'failures',
    summary: 'List what fails: jobs by task and error, the most frequent first',
    load: async () => (await import('./commands/failures.ts')).failures,
  },
  {
    name: 'canary',
    summary: 'Retry some jobs of a group of failures before the others',
    load: async () => (await import('./commands/canary.ts')).canary,
  },
  {
    name: 'queues',
    summary: 'List queues: depth by state, running, workers, paused; remove one that nothing uses',
    load: async () => (await import('./commands/queues.ts')).queues,
  },
  {
    name: 'pause',
    summary: 'Hand out no more jobs of queues; running ones finish',
    load: async () => (await import('./commands/pause.ts')).pause,
  },
  {
    name: 'resume',
    summary: 'Hand out jobs of paused queues again',
    load: async () => (await import('./commands/resume.ts')).resume,
  },
  {
    name: 'sources',
    summary: 'List where messages come from that become jobs; pause and resume them',
    load: async () => (await import('./commands/sources.ts')).sources,
  },
  {
    name: 'workers',
    summary: 'List workers: one queue’s pool in one process each, and their heartbeats',
    load: async () => (await import('./commands/workers.ts')).workers,
  },
  {
    name: 'schedules',
    summary: 'List the entries of the crontabs, with their last and next run',
    load: async () => (await import('./commands/schedules.ts')).schedules,
  },
  {
    name: 'upkeep',
    summary: 'List what workers do beside their jobs, such as removing finished ones',
    load: async () => (await import('./commands/upkeep.ts')).upkeep,
  },
  {
    name: 'tasks',
    summary: 'List tasks that can be enqueued, their defaults, and how many workers know them',
    load: async () => (await import('./commands/tasks.ts')).tasks,
  },
  {
    name: 'apps',
    summary: 'List the applications that share the database, or hand over what belongs to one',
    load: async () => (await import('./commands/apps.ts')).apps,
  },
  {
    name: 'migrate',
    summary: 'Bring the database to this version, or say what that would take',
    load: async () => (await import('./commands/migrate.ts')).migrate,
  },
  {
    name: 'doctor',
    summary: 'Check configuration, database, engine, queues and workers, and say what to do',
    load: async () => (await import('./commands/doctor.ts')).doctor,
  },
  {
    name: 'adopt',
    summary: 'Decide whose the jobs of a restored or copied database are',
    load: async () => (await import('./commands/adopt.ts')).adopt,
  },
  {
    name: 'sql',
    summary: 'Run one SQL statement; read-only unless --write',
    load: async () => (await import('./commands/sql.ts')).sql,
  },
  {
    name: 'completion',
    summary: 'Print a script that completes commands and options in a shell',
    load: async () => (await import('./commands/completion.ts')).completion,
  },
];
