import { html } from 'hono/html';
import type { Html } from '../../http/pages/layout.ts';

/** What stands where nothing is: why, and what to do next. */
export function empty(words: string): Html {
  return html`<p class="empty">${words}</p>`;
}
