import { startCanary } from '../../operate/start-canary.ts';
import { presentCanary } from '../../wire/present-failure.ts';
import { actLocally } from '../act/act-locally.ts';
import { toFailureId } from '../arguments/failure-id.ts';
import type { Command } from '../command.ts';
import { renderCanary } from '../terminal/render-canary.ts';

export const canary: Command = {
  usage: 'FAILURE',
  about: [
    'Retries the newest discarded jobs of a group of failures before the others. `failures FAILURE` says how they went, and',
    '`retry --failure FAILURE` retries all.',
  ],
  argumentCount: [1, 1],
  options: {
    jobs: { value: 'N', help: 'Jobs at most, 1 to 100 (default 5)' },
    reason: { value: 'TEXT', help: 'Why: kept with the canary and in the audit log' },
  },
  examples: [
    ['canary 9f2c41d0a7be6635', 'retries five'],
    ['failures 9f2c41d0a7be6635', 'how they went'],
    ['retry --failure 9f2c41d0a7be6635', 'retries all'],
  ],
  async run({ args: [given = ''], options, output, connect }) {
    const failure = toFailureId(given);
    const jobs = options.wholeNumber('jobs', { least: 1, most: 100 });
    const reason = options.text('reason');
    const { db } = await connect();
    const started = await actLocally(db, (tx) => startCanary(tx, failure, { jobs, reason }));
    output.answer(presentCanary(started), renderCanary(started, output));
    return 0;
  },
};
