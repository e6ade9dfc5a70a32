import type { Command } from './command.ts';
import { adopt } from './commands/adopt.ts';
import { cancel } from './commands/cancel.ts';
import { completion } from './commands/completion.ts';
import { discard } from './commands/discard.ts';
import { doctor } from './commands/doctor.ts';
import { enqueue } from './commands/enqueue.ts';
import { explain } from './commands/explain.ts';
import { job } from './commands/job.ts';
import { jobs } from './commands/jobs.ts';
import { pause } from './commands/pause.ts';
import { queues } from './commands/queues.ts';
import { reschedule } from './commands/reschedule.ts';
import { resume } from './commands/resume.ts';
import { retry } from './commands/retry.ts';
import { runNow } from './commands/run-now.ts';
import { schedules } from './commands/schedules.ts';
import { sql } from './commands/sql.ts';
import { tasks } from './commands/tasks.ts';
import { workers } from './commands/workers.ts';

/** Every command, in the order of the help. */
export const COMMANDS: readonly Command[] = [
  ...[enqueue, jobs, job, explain],
  ...[retry, cancel, runNow, reschedule, discard],
  ...[queues, pause, resume],
  ...[workers, schedules, tasks],
  ...[doctor, adopt, sql, completion],
];
