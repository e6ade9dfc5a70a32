import type { QueueStats } from '../../look/queue-stats.ts';
import { count } from '../parts/number.ts';
import { span } from '../parts/time.ts';
import type { View } from '../shell/view.ts';

/** A job that could have run waits this long before its queue counts as behind. */
const BEHIND_SECONDS = 30;

type Cause = keyof View['texts']['overview']['because'];

/** The one sentence at the top: whether all is well, else which queue is worst off and why. */
export function judge(view: View, queues: readonly QueueStats[]): { isGood: boolean; sentence: string } {
  const { overview } = view.texts;
  if (queues.length === 0) return { isGood: true, sentence: overview.noQueue };
  const behind = queues
    .filter(({ oldestWaitSeconds }) => oldestWaitSeconds >= BEHIND_SECONDS)
    .sort((a, b) => b.oldestWaitSeconds - a.oldestWaitSeconds);
  const [worst] = behind;
  if (!worst) return allWell(view, queues);
  const oldest = overview.oldest(worst.queue, span(view, worst.oldestWaitSeconds * 1000));
  const because = overview.because[causeOf(worst)](worst.queue);
  return { isGood: false, sentence: `${overview.behind(behind.length)}: ${oldest}; ${because}` };
}

function allWell(view: View, queues: readonly QueueStats[]): { isGood: boolean; sentence: string } {
  const { overview } = view.texts;
  if (queues.every(({ workerCount }) => workerCount === 0))
    return { isGood: false, sentence: overview.noWorker };
  const running = queues.reduce((sum, queue) => sum + queue.runningCount, 0);
  const waiting = queues.reduce((sum, queue) => sum + queue.availableCount, 0);
  if (running + waiting === 0) return { isGood: true, sentence: overview.healthy };
  return { isGood: true, sentence: overview.healthyBusy(count(view, running), count(view, waiting)) };
}

function causeOf({
  isPaused,
  workerCount,
  blockedWorkerCount,
  runningCount,
  concurrency,
  fleetConcurrency,
}: QueueStats): Cause {
  if (isPaused) return 'paused';
  if (workerCount === 0) return 'no_worker';
  if (blockedWorkerCount > 0) return 'blocked';
  return runningCount >= Math.min(concurrency, fleetConcurrency ?? concurrency) ? 'full' : 'slow';
}
