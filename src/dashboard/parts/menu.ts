import { html } from 'hono/html';
import type { Html } from '../../http/pages/layout.ts';

interface Menu {
  /** What opens it. */
  name: string;
  label: string;
  shortcut?: string;
  isOpen?: boolean;
  isWide?: boolean;
}

/** A button that opens what it is about, for what asks first: a form, or words. */
export function menu({ name, label, shortcut = '', isOpen, isWide }: Menu, content: Html): Html {
  return html`<details class="menu ${isWide ? 'wide-menu' : ''}" id="menu-${name}" name="menu" ${isOpen ? html`open` : ''}>
<summary data-shortcut="${shortcut}">${label}</summary>${content}</details>`;
}
