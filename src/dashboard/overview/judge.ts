import type { FailureGroup } from '../../look/failure-groups.ts';
import type { Overview, OverviewQueue } from '../../look/overview.ts';
import { count } from '../parts/number.ts';
import { span } from '../parts/time.ts';
import type { View } from '../shell/view.ts';

/** The one sentence at the top. */
export interface Judgement {
  /** Warn where queues keep up and jobs fail. */
  mood: 'good' | 'warn' | 'bad';
  sentence: string;
  /** Of the worst queue: its oldest job, and what would help. */
  worst?: OverviewQueue;
  /** The other queues that are behind, the worst first. */
  others?: readonly OverviewQueue[];
  /** What failed most, where queues keep up. */
  failing?: FailureGroup;
}

/** Whether all is well, else which queue is worst off and why. */
export function judge(view: View, { queues, fleet }: Overview, failures: readonly FailureGroup[]): Judgement {
  const { overview } = view.texts;
  if (queues.length === 0) return { mood: 'good', sentence: overview.noQueue };
  const behind = queues
    .filter(({ verdict }) => verdict.isBehind)
    .sort((a, b) => waitedSeconds(b) - waitedSeconds(a));
  const [worst, ...others] = behind;
  if (worst) return { mood: 'bad', sentence: sentenceOf(view, behind.length, worst), worst, others };
  if (fleet.aliveCount === 0) return { mood: 'bad', sentence: overview.noWorker };
  const failing = worstFailure(failures);
  if (failing) {
    const sentence = overview.failing(failing.task, count(view, ofLastHour(failing)));
    return { mood: 'warn', sentence, failing };
  }
  const running = queues.reduce((sum, queue) => sum + queue.runningCount, 0);
  const waiting = queues.reduce((sum, queue) => sum + queue.availableCount, 0);
  if (running + waiting === 0) return { mood: 'good', sentence: overview.healthy };
  return { mood: 'good', sentence: overview.healthyBusy(count(view, running), count(view, waiting)) };
}

/** What failed most in the last hour, of what was discarded; undefined when nothing was. */
function worstFailure(groups: readonly FailureGroup[]): FailureGroup | undefined {
  const failing = groups.filter((group) => group.discardedCount > 0 && ofLastHour(group) > 0);
  return failing.sort((a, b) => ofLastHour(b) - ofLastHour(a))[0];
}

function ofLastHour({ trend }: FailureGroup): number {
  return trend.reduce((sum, n) => sum + n, 0);
}

function sentenceOf(view: View, behindCount: number, worst: OverviewQueue): string {
  const { overview } = view.texts;
  const oldest = overview.oldest(worst.queue, waited(view, worst));
  return overview.sentence(overview.behind(behindCount), oldest, because(view, worst));
}

/** Why a queue that is behind is so, in words. */
export function because({ texts }: View, { queue, verdict }: OverviewQueue): string {
  return texts.overview.because[verdict.because ?? 'slow'](queue);
}

/** For how long the oldest job of a queue has waited, in words. */
export function waited(view: View, queue: OverviewQueue): string {
  return span(view, waitedSeconds(queue) * 1000);
}

/** The stats' own wait where no job could be told: workers may hold all that wait. */
function waitedSeconds({ verdict, oldestWaitSeconds }: OverviewQueue): number {
  const { oldest } = verdict;
  return Math.max(oldest === 'unread' ? 0 : (oldest?.waitedSeconds ?? 0), oldestWaitSeconds);
}
