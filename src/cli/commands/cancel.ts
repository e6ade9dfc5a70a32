import { cancelJob } from '../../operate/job-commands.ts';
import { changeCommand, REASON_OPTION } from '../act/change-jobs.ts';

export const cancel = changeCommand({
  about: ['A running job is told within a second, stays running until its handler ends, and ends cancelled.'],
  options: REASON_OPTION,
  action: 'cancel',
  done: 'cancelled',
  one: cancelJob,
  examples: [
    ['cancel 4711 4712', 'cancels two jobs'],
    ['cancel 4711 --reason "customer left"', 'says why, in its last error'],
    ['cancel --task send_welcome_email --state available,scheduled', 'cancels those that wait'],
  ],
});
