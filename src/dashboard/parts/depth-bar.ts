import { html } from 'hono/html';
import type { Html } from '../../http/pages/layout.ts';
import type { JobState } from '../../look/job.ts';
import type { View } from '../shell/view.ts';
import { count } from './number.ts';

const WIDTH = 200;
/** Below this a part would not be seen. */
const LEAST = 2;

/** Parts of a whole as a bar, each with its state's colour; said in words for those who do not see it. */
export function depthBar(view: View, parts: readonly (readonly [JobState, number])[], whole: number): Html {
  const shown = parts.filter(([, n]) => n > 0);
  const words = shown.map(([state, n]) => `${view.texts.parts.states[state]} ${count(view, n)}`).join(', ');
  let x = 0;
  const rects = shown.map(([state, n]) => {
    const width = Math.max(LEAST, whole === 0 ? 0 : (n / whole) * WIDTH);
    const rect = html`<rect class="fill-${state}" x="${x.toFixed(1)}" y="0" width="${width.toFixed(1)}" height="10"></rect>`;
    x += width;
    return rect;
  });
  const name = words === '' ? view.texts.parts.none : words;
  return html`<svg class="bar" viewBox="0 0 ${Math.max(WIDTH, Math.ceil(x))} 10" preserveAspectRatio="none" role="img" aria-label="${name}"><title>${name}</title>${rects}</svg>`;
}
