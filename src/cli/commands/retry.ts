import { retryJob } from '../../operate/job-commands.ts';
import { changeCommand } from '../act/change-jobs.ts';

export const retry = changeCommand({
  about: ['A filter without --state means the discarded and those that wait for a retry.'],
  action: 'retry',
  done: 'retried',
  one: (tx, id) => retryJob(tx, id),
  examples: [
    ['retry 4711', 'has job 4711 run again, under the same id'],
    [
      'retry --queue critical --state discarded --since 2h --dry-run',
      'counts what was given up in the last two hours',
    ],
    [
      'retry --task send_welcome_email --error "connection refused" --limit 5000',
      'retries up to 5,000 of them',
    ],
  ],
});
