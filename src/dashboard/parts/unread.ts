import { html } from 'hono/html';
import type { Html } from '../../http/pages/layout.ts';
import type { View } from '../shell/view.ts';

/** In the place of what is shown beside something else, and cannot be read while somebody holds a lock. */
export function unread({ texts }: View): Html {
  const { lockedPart, locked } = texts.shell.error;
  return html`<p class="trouble">${lockedPart} ${locked}</p>`;
}
