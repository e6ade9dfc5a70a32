import { html } from 'hono/html';
import type { Html } from '../../http/pages/layout.ts';
import type { ChartPoint } from '../../look/chart.ts';
import type { View } from '../shell/view.ts';
import { when } from './time.ts';

/** A minute is counted when it has been over for a few seconds, twice a minute: what is older was missed. */
const STALE_MS = 4 * 60_000;

/** Says of a chart of minutes that nothing has been counted for a while; nothing where it is up to date. */
export function staleCharts(view: View, points: readonly ChartPoint[]): Html | '' {
  const last = points.at(-1);
  if (!last || view.now.getTime() - last.at.getTime() < STALE_MS) return '';
  return html`<p class="trouble">${view.texts.overview.staleCharts} ${when(view, last.at)}</p>`;
}
