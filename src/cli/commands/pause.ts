import { pauseQueue } from '../../operate/queue-commands.ts';
import { changeQueues } from '../act/change-queues.ts';
import { localActor } from '../act/local-actor.ts';
import type { Command } from '../command.ts';

export const pause: Command = {
  usage: 'QUEUE… | --all',
  about: ['It holds until the queue is resumed, restarts included. Jobs can be enqueued as ever.'],
  argumentCount: [0, Number.POSITIVE_INFINITY],
  options: {
    all: { help: 'Every queue' },
    reason: { value: 'TEXT', help: 'Shown beside your user name wherever the pause is' },
  },
  examples: [
    ['pause critical --reason "the mail provider is down"', 'stops one queue'],
    ['pause --all', 'stops everything'],
  ],
  run(call) {
    const by = [localActor().name, call.options.text('reason')]
      .filter((part) => part !== undefined)
      .join(': ');
    return changeQueues(call, {
      one: (tx, queue) => pauseQueue(tx, queue, by),
      isPaused: true,
      is: 'paused',
    });
  },
};
