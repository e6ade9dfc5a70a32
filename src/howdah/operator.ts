import { translatingErrors } from '../db/command-error.ts';
import type { SqlClient } from '../db/sql-client.ts';
import type { JobState } from '../look/job.ts';
import { cancelJob, discardJob, rescheduleJob, retryJob, runJobNow } from '../operate/job-commands.ts';
import { pauseQueue, removeQueue, resumeQueue, setFleetConcurrency } from '../operate/queue-commands.ts';
import { acceptSource, pauseSource, resumeSource } from '../operate/source-commands.ts';
import { type CanaryOptions, startCanary } from '../operate/start-canary.ts';
import { transactionAs, transactionAtOnce } from '../operate/transaction-as.ts';
import { createBulkOperator } from './bulk-operator.ts';
import { checkJobId, checkName } from './check-name.ts';
import {
  booleanMistake,
  checkOptions,
  integerMistake,
  type OptionChecks,
  reasonMistake,
} from './check-options.ts';
import type { Connections } from './connections.ts';
import type { Howdah, ReasonOptions, RemoveQueueOptions } from './howdah.ts';
import { unexpected } from './mistake.ts';

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
  | 'removeQueue'
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
  const onJob = async (id: string, work: (tx: SqlClient, id: string) => Promise<JobState>) => {
    const job = checkJobId(id);
    return act((tx) => work(tx, job));
  };
  const onNamed = async <T>(kind: 'queue' | 'source', name: string, work: (tx: SqlClient) => Promise<T>) => {
    checkName(name, kind);
    return act(work);
  };
  const because = ({ reason }: ReasonOptions) => (reason === undefined ? actor : `${actor}: ${reason}`);
  return {
    bulk: createBulkOperator(connections, actor, closing),
    async cancel(id, options = {}) {
      checkOptions(options, BECAUSE);
      return onJob(id, (tx, job) => cancelJob(tx, job, options.reason));
    },
    async discard(id, options = {}) {
      checkOptions(options, BECAUSE);
      return onJob(id, (tx, job) => discardJob(tx, job, options.reason));
    },
    retry: (id) => onJob(id, (tx, job) => retryJob(tx, job)),
    runNow: (id) => onJob(id, runJobNow),
    reschedule: (id, at) => onJob(id, (tx, job) => rescheduleJob(tx, job, at)),
    async pause(queue, options = {}) {
      checkOptions(options, BECAUSE);
      return onNamed('queue', queue, (tx) => pauseQueue(tx, queue, because(options)));
    },
    resume: (queue) => onNamed('queue', queue, (tx) => resumeQueue(tx, queue)),
    async startCanary(failure, options = {}) {
      checkOptions(options, CANARY);
      checkName(failure, 'failure');
      return actInSteps((tx) => startCanary(tx, failure, options));
    },
    async pauseSource(source, options = {}) {
      checkOptions(options, BECAUSE);
      return onNamed('source', source, (tx) => pauseSource(tx, source, because(options)));
    },
    resumeSource: (source) => onNamed('source', source, (tx) => resumeSource(tx, source)),
    acceptSource: (source) => onNamed('source', source, (tx) => acceptSource(tx, source)),
    async setFleetConcurrency(queue, runs) {
      checkRuns(runs);
      return onNamed('queue', queue, (tx) => setFleetConcurrency(tx, queue, runs));
    },
    async removeQueue(queue, options = {}) {
      checkOptions(options, REMOVAL);
      const { force: isForced = false } = options;
      return onNamed('queue', queue, (tx) => removeQueue(tx, queue, { isForced }));
    },
  };
}

const BECAUSE: OptionChecks<ReasonOptions> = { reason: reasonMistake };
const REMOVAL: OptionChecks<RemoveQueueOptions> = { force: booleanMistake };
const CANARY: OptionChecks<CanaryOptions> = { jobs: integerMistake, reason: reasonMistake };

/** @throws {HowdahError} `invalid_request` for undefined, say, which would be no limit; of the range the database tells */
function checkRuns(runs: unknown): void {
  if (runs === null || integerMistake(runs) === undefined) return;
  throw unexpected('runs', 'a whole number from 1, or null for no limit', runs);
}
