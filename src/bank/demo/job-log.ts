import type { EventHub, HowdahEvents } from '../../index.ts';

type Started = HowdahEvents['job.started'][0];
type Completed = HowdahEvents['job.completed'][0];
type Failed = HowdahEvents['job.failed'][0];

/** What the workers reported of each job, by its id. */
export interface JobLog {
  readonly started: ReadonlyMap<string, Started>;
  readonly completed: ReadonlyMap<string, Completed>;
  readonly failed: ReadonlyMap<string, Failed>;
}

/** A log of every event from now on. */
export function keepJobLog(events: EventHub): JobLog {
  const started = new Map<string, Started>();
  const completed = new Map<string, Completed>();
  const failed = new Map<string, Failed>();
  events.on('job.started', (event) => started.set(event.jobId, event));
  events.on('job.completed', (event) => completed.set(event.jobId, event));
  events.on('job.failed', (event) => failed.set(event.jobId, event));
  return { started, completed, failed };
}
