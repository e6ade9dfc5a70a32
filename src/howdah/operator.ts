import { translatingErrors } from '../db/command-error.ts';
import type { Transaction } from '../db/database.ts';
import { getJob } from '../look/get-job.ts';
import { cancelJob, discardJob, rescheduleJob, retryJob, runJobNow } from '../operate/job-commands.ts';
import { pauseQueue, resumeQueue, setFleetConcurrency } from '../operate/queue-commands.ts';
import { transactionAs } from '../operate/transaction-as.ts';
import type { Connections } from './connections.ts';
import type { Howdah } from './howdah.ts';
import { there } from './reader.ts';

export type Operator = Pick<
  Howdah,
  'cancel' | 'discard' | 'retry' | 'runNow' | 'reschedule' | 'pause' | 'resume' | 'setFleetConcurrency'
>;

/** What changes jobs and queues, each in a transaction with a row of the audit log. @param actor who it was, there */
export function createOperator(connections: Connections, actor: string): Operator {
  const act = <T>(work: (tx: Transaction) => Promise<T>) =>
    translatingErrors(() => connections.use((pool) => transactionAs(pool, { name: actor }, work)));
  const change = (id: string, command: (tx: Transaction) => Promise<unknown>) =>
    act(async (tx) => {
      await command(tx);
      return there(await getJob(tx, id), id);
    });
  return {
    cancel: (id, { reason } = {}) => change(id, (tx) => cancelJob(tx, id, reason)),
    discard: (id, { reason } = {}) => change(id, (tx) => discardJob(tx, id, reason)),
    retry: (id) => change(id, (tx) => retryJob(tx, id)),
    runNow: (id) => change(id, (tx) => runJobNow(tx, id)),
    reschedule: (id, at) => change(id, (tx) => rescheduleJob(tx, id, at)),
    pause: (queue, { reason } = {}) =>
      act((tx) => pauseQueue(tx, queue, reason === undefined ? actor : `${actor}: ${reason}`)),
    resume: (queue) => act((tx) => resumeQueue(tx, queue)),
    setFleetConcurrency: (queue, runs) => act((tx) => setFleetConcurrency(tx, queue, runs)),
  };
}
