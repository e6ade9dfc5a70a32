import { runJobNow } from '../../operate/job-commands.ts';
import { changeCommand } from '../act/change-jobs.ts';

export const runNow = changeCommand({
  action: 'run_now',
  done: 'made available',
  one: runJobNow,
  examples: [
    ['run-now 4711', 'starts job 4711 as soon as there is a free place'],
    ['run-now --queue default --state retryable', 'ends the wait of failed jobs, when the cause is mended'],
  ],
});
