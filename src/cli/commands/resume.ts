import { resumeQueue } from '../../operate/queue-commands.ts';
import { changeQueues } from '../act/change-queues.ts';
import type { Command } from '../command.ts';

export const resume: Command = {
  usage: 'QUEUE… | --all',
  argumentCount: [0, Number.POSITIVE_INFINITY],
  options: { all: { help: 'Every queue' } },
  examples: [
    ['resume critical', 'workers take it up within a second'],
    ['resume --all', 'every queue that is paused'],
  ],
  run: (call) => changeQueues(call, { one: resumeQueue, isPaused: false, is: 'active' }),
};
