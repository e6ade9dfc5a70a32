import { discardJob } from '../../operate/job-commands.ts';
import { changeCommand, REASON_OPTION } from '../act/change-jobs.ts';

export const discard = changeCommand({
  options: REASON_OPTION,
  action: 'discard',
  done: 'discarded',
  one: discardJob,
  examples: [
    ['discard 4711 --reason "superseded"', 'gives job 4711 up'],
    ['discard --state retryable --error "no such account" --dry-run', 'counts those that will never succeed'],
  ],
});
