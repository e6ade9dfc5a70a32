import type { Html } from '../../http/pages/layout.ts';
import type { ChartPoint } from '../../look/chart.ts';
import type { View } from '../shell/view.ts';
import { chart } from './chart.ts';
import { span } from './time.ts';

/** Jobs a second that ended, by how. */
export function rateChart(view: View, points: readonly ChartPoint[]): Html {
  const { charts } = view.texts.parts;
  const rate = (pick: (point: ChartPoint) => number) =>
    points.map((point) => perSecond(pick(point), point.coveredSeconds));
  return chart(view, {
    title: charts.rate,
    at: points.map(({ at }) => at),
    series: [
      { label: charts.completed, color: 'completed', values: rate(({ completedCount }) => completedCount) },
      { label: charts.failed, color: 'retryable', values: rate(({ failedCount }) => failedCount) },
      { label: charts.discarded, color: 'discarded', values: rate(({ discardedCount }) => discardedCount) },
    ],
  });
}

/** How long jobs waited from when they could run until they did. */
export function waitChart(view: View, points: readonly ChartPoint[]): Html {
  const { charts } = view.texts.parts;
  return chart(view, {
    title: charts.wait,
    at: points.map(({ at }) => at),
    series: [
      { label: 'p50', color: 'available', values: points.map(({ waitP50Ms }) => toSeconds(waitP50Ms)) },
      { label: 'p95', color: 'retryable', values: points.map(({ waitP95Ms }) => toSeconds(waitP95Ms)) },
    ],
    say: (seconds) => span(view, seconds * 1000),
  });
}

/** How deep a queue was, the greatest depth of each step. */
export function depthChart(view: View, points: readonly ChartPoint[]): Html {
  const { charts, states } = view.texts.parts;
  return chart(view, {
    title: charts.depth,
    at: points.map(({ at }) => at),
    series: [
      {
        label: states.available,
        color: 'available',
        values: points.map(({ availableCount }) => availableCount),
      },
      { label: states.running, color: 'running', values: points.map(({ runningCount }) => runningCount) },
      {
        label: states.retryable,
        color: 'retryable',
        values: points.map(({ retryableCount }) => retryableCount),
      },
    ],
  });
}

function perSecond(n: number, seconds: number): number | null {
  return seconds === 0 ? null : Math.round((n / seconds) * 1000) / 1000;
}

function toSeconds(ms: number | null): number | null {
  return ms === null ? null : Math.round(ms) / 1000;
}
