import { contender, IN_BATCHES, workInBatches } from './pg-boss.ts';

/** In batches as well, and as `work` is without being told to go on at once: after each it waits, as shortly as it may. */
export default contender(
  'as pg-boss, but after each call half a second passes, the least there is (pollingIntervalSeconds, notifyPollingIntervalSeconds)',
  {
    work: workInBatches({ ...IN_BATCHES, burstWhenBatchFull: false, notifyPollingIntervalSeconds: 0.5 }),
    isSlow: true,
  },
);
