import { setTimeout as delay } from 'node:timers/promises';
import { CONCURRENCY } from '../drain-once.ts';
import type { Data } from './contender.ts';
import { contender } from './pg-boss.ts';

/** One job a call is what `work` does by itself. */
const ONE = {
  localConcurrency: CONCURRENCY,
  pollingIntervalSeconds: 0.5,
  notifyPollingIntervalSeconds: 0.5,
  burstWhenReadyExceeds: 1,
};

/** How often it counts those that wait, as often as it can: only while it knows of some does it go on without a pause. */
const COUNTING = { superviseIntervalSeconds: 1, monitorIntervalSeconds: 1, queueCacheIntervalSeconds: 1 };

/** As most applications have it: a call of the handler for each job, which is completed, or fails, by itself. */
export default contender(
  `one job a call of the handler, ${CONCURRENCY} of its workers, the next at once while it knows of jobs that wait (burstWhenReadyExceeds), which it counts every second, LISTEN/NOTIFY`,
  {
    async work(boss, queue, run) {
      await boss.supervise(queue); // counts those that wait now
      await delay(1_100); // and has heard of it
      await boss.work<Data>(queue, ONE, async ([job]) => {
        if (job) await run({ id: job.id, queue, data: job.data });
      });
    },
    settings: { ...COUNTING, max: 2 * CONCURRENCY },
    isSlow: true,
  },
);
