import { html } from 'hono/html';
import type { Html } from '../../http/pages/layout.ts';

const WIDTH = 120;
const HEIGHT = 24;

/** A small line of values, the oldest first, for a glance; `words` say the same to those who do not see it. */
export function sparkline(values: readonly number[], words: string): Html {
  const most = Math.max(1, ...values);
  const step = values.length < 2 ? 0 : WIDTH / (values.length - 1);
  const points = values.map((value, index) => {
    const y = HEIGHT - 1 - (value / most) * (HEIGHT - 2);
    return `${(index * step).toFixed(1)},${y.toFixed(1)}`;
  });
  return html`<svg class="spark" viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${words}"><title>${words}</title><polyline points="${points.join(' ')}"></polyline></svg>`;
}
