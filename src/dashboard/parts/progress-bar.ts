import { html } from 'hono/html';
import type { Html } from '../../http/pages/layout.ts';

/** How far a run has come by its own word, with what it said; nothing for one that said nothing. */
export function progressBar({
  progress,
  progressMessage,
}: {
  progress: number | null;
  progressMessage: string | null;
}): Html | '' {
  if (progress === null) return '';
  const words = progressMessage === null ? `${progress} %` : `${progress} % · ${progressMessage}`;
  return html`${bar(progress)}<span class="quiet progress-words">${words}</span>`;
}

/** @param percent 0 to 100 */
export function bar(percent: number): Html {
  const width = Math.min(100, Math.max(0, percent));
  return html`<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" role="img" aria-label="${Math.floor(percent)} %"><rect class="fill-running" x="0" y="0" width="${width.toFixed(1)}" height="10"></rect></svg>`;
}
