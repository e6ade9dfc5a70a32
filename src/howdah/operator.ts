import { translatingErrors } from '../db/command-error.ts';
import type { SqlClient } from '../db/sql-client.ts';
import { cancelJob, discardJob, rescheduleJob, retryJob, runJobNow } from '../operate/job-commands.ts';
import { pauseQueue, resumeQueue, setFleetConcurrency } from '../operate/queue-commands.ts';
import { acceptSource, pauseSource, resumeSource } from '../operate/source-commands.ts';
import { startCanary } from '../operate/start-canary.ts';
import { transactionAs, transactionAtOnce } from '../operate/transaction-as.ts';
import { createBulkOperator } from './bulk-operator.ts';
import { checkReason } from './check-reason.ts';
import type { Connections } from './connections.ts';
import type { Howdah } from './howdah.ts';

export type Operator = Pick<
  Howdah,
  | 'bulk'
  | 'cancel'
  | 'discard'
  | 'retry'
  | 'runNow'
  | 'reschedule'
  | 'pause'
  | 'resume'
  | 'setFleetConcurrency'
  | 'pauseSource'
  | 'resumeSource'
  | 'acceptSource'
  | 'startCanary'
>;

/**
 * What changes jobs and queues, each in a transaction with a row of the audit log.
 *
 * @param actor who it was, there
 * @param closing ends what is done in several
 */
export function createOperator(connections: Connections, actor: string, closing: AbortSignal): Operator {
  const actBy =
    (transaction: typeof transactionAtOnce) =>
    <T>(work: (tx: SqlClient) => Promise<T>) =>
      translatingErrors(() => connections.use((pool) => transaction(pool, { name: actor }, work)));
  const act = actBy(transactionAtOnce);
  const actInSteps = actBy(transactionAs);
  const actFor = async <T>(reason: string | undefined, work: (tx: SqlClient) => Promise<T>) => {
    checkReason(reason);
    return act(work);
  };
  return {
    bulk: createBulkOperator(connections, actor, closing),
    cancel: (id, { reason } = {}) => actFor(reason, (tx) => cancelJob(tx, id, reason)),
    discard: (id, { reason } = {}) => actFor(reason, (tx) => discardJob(tx, id, reason)),
    retry: (id, { states } = {}) => act((tx) => retryJob(tx, id, states)),
    runNow: (id) => act((tx) => runJobNow(tx, id)),
    reschedule: (id, at) => act((tx) => rescheduleJob(tx, id, at)),
    pause: (queue, { reason } = {}) =>
      actFor(reason, (tx) => pauseQueue(tx, queue, reason === undefined ? actor : `${actor}: ${reason}`)),
    resume: (queue) => act((tx) => resumeQueue(tx, queue)),
    async startCanary(failure, options = {}) {
      checkReason(options.reason);
      return actInSteps((tx) => startCanary(tx, failure, options));
    },
    pauseSource: (source, { reason } = {}) =>
      actFor(reason, (tx) => pauseSource(tx, source, reason === undefined ? actor : `${actor}: ${reason}`)),
    resumeSource: (source) => act((tx) => resumeSource(tx, source)),
    acceptSource: (source) => act((tx) => acceptSource(tx, source)),
    setFleetConcurrency: (queue, runs) => act((tx) => setFleetConcurrency(tx, queue, runs)),
  };
}
