import type { Transaction } from '../../db/database.ts';
import { readQueueStats } from '../../look/queue-stats.ts';
import type { Call, ExitCode } from '../command.ts';
import { UsageError } from '../command-error.ts';
import { actLocally } from './act-locally.ts';

export interface QueueChange {
  /** Returns whether it changed anything. */
  one: (tx: Transaction, queue: string) => Promise<boolean>;
  isPaused: boolean;
  /** "Queue x is …": what it is afterwards, and what it was already. */
  is: string;
}

/** Changes the named queues, or all of them with `--all`; all or none. */
export async function changeQueues(call: Call, { one, isPaused, is }: QueueChange): Promise<ExitCode> {
  const { args, options, output, connect } = call;
  if (options.isSet('all') === args.length > 0) throw new UsageError('expected names of queues, or --all');
  const { db } = await connect();
  const answers = await actLocally(db, async (tx) => {
    const names = args.length > 0 ? [...new Set(args)] : (await readQueueStats(tx)).map(({ queue }) => queue);
    const changed = [];
    for (const name of names) changed.push({ name, is_paused: isPaused, changed: await one(tx, name) });
    return changed;
  });
  if (output.isJson) output.json(answers);
  for (const { name, changed } of answers)
    output.note(`Queue ${name} ${changed ? 'is now' : 'was already'} ${is}.`);
  return 0;
}
